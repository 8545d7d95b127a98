// Themes, sizes and accessibility of every page.
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '../fixtures';

const PAGES = ['/', '/system', '/api', '/cache', '/database', '/custom', '/settings', '/status', '/no-such-page'];

for (const path of PAGES) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`axe finds nothing on ${path} in ${colorScheme}`, async ({ page, server }) => {
      await page.emulateMedia({ colorScheme });
      await page.goto(server.url + path);
      if (['/', '/system', '/api', '/settings'].includes(path)) await page.waitForSelector('.chart-box.painted');
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
    });
  }

  for (const width of [360, 390, 768, 1440, 2200, 2560]) {
    test(`${path} fits ${width} px without sideways scrolling`, async ({ page, server }) => {
      await page.setViewportSize({ width, height: 900 });
      await page.goto(server.url + path);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(overflow).toBeLessThanOrEqual(0);
    });
  }
}

test('the theme is chosen by key, kept, and rendered by the server', async ({ page, server }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto(server.url);
  await page.waitForSelector('.chart-box.painted');
  await page.keyboard.press('t');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await expect(page.locator('body')).toHaveCSS('color', 'rgb(23, 32, 43)');
  const html = await (await page.request.get(server.url)).text();
  expect(html).toContain('data-theme="light"');
});

test('on a phone the sidebar is a drawer', async ({ page, server }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(server.url);
  const sidebar = page.locator('#sidebar');
  await expect(sidebar).toBeHidden();
  await page.getByRole('button', { name: 'Pages' }).click();
  await expect(sidebar).toBeVisible();
  await sidebar.getByRole('link', { name: 'System' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'System' })).toBeVisible();
  await expect(sidebar).toBeHidden();
});

test('every page is reached by keys, and ? lists them', async ({ page, server }) => {
  await page.goto(server.url);
  await page.waitForSelector('.chart-box.painted');
  await page.keyboard.press('?');
  await expect(page.locator('#keys')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.locator('#keys')).toBeHidden();
  for (const [letter, title] of [['s', 'System'], ['a', 'API'], ['c', 'Cache'], ['d', 'Database'], ['e', 'Settings'], ['o', 'Overview']]) {
    // Keys are heard once the browser part of the page runs.
    await expect(async () => {
      await page.keyboard.press('g');
      await page.keyboard.press(letter);
      await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible({ timeout: 1_000 });
    }).toPass();
  }
});

test('a chart is read and zoomed by keys', async ({ page, server }) => {
  await page.goto(server.url);
  await page.waitForSelector('.chart-box.painted');
  const plot = page.locator('.chart-box').first();
  await plot.focus();
  await expect(plot).toHaveAttribute('aria-label', /newest/);
  await page.keyboard.press('ArrowLeft');
  await expect(page.locator('.crosshair:visible').first()).toBeVisible();
  await page.keyboard.press('+');
  await expect(page).toHaveURL(/from=\d+&to=\d+/);
  await page.keyboard.press('Escape');
  await expect(page).not.toHaveURL(/from=/);
});

test('nothing moves after the first paint', async ({ page, server }) => {
  await page.addInitScript(() => {
    (window as unknown as { shift: number }).shift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) (window as unknown as { shift: number }).shift += (entry as unknown as { value: number }).value;
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await page.goto(server.url);
  await page.waitForFunction(() => document.querySelectorAll('.chart-box.painted').length >= 6);
  await expect.poll(() => page.evaluate(() => (window as unknown as { shift: number }).shift)).toBeLessThan(0.02);
});
