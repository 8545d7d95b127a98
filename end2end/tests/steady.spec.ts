// What is shown stays where it is: a new second changes numbers, not the page.
import { expect, test } from '../fixtures';

for (const path of ['/', '/system', '/settings']) {
  test(`nothing on ${path} is built anew with a new second`, async ({ page, server }) => {
    await page.goto(server.url + path);
    await page.waitForSelector('.chart-box.painted');
    // The table of processes changes with its order; everything else belongs to things that stay.
    await page.evaluate(() => {
      const lost: string[] = [];
      new MutationObserver((records) => {
        for (const node of records.flatMap((record) => [...record.removedNodes])) {
          if (node instanceof HTMLElement && node.matches('figure, li.core, section, article, dl div, table, .table:not(.processes) tr')) lost.push(node.outerHTML.slice(0, 80));
        }
      }).observe(document.querySelector('main')!, { childList: true, subtree: true });
      Object.assign(window, { lost });
    });
    let seconds = 0;
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    session.on('Network.webSocketFrameReceived', () => (seconds += 1));
    await expect.poll(() => seconds, { timeout: 30_000 }).toBeGreaterThanOrEqual(6);
    expect(await page.evaluate(() => (window as unknown as { lost: string[] }).lost)).toEqual([]);
    const shift = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          let sum = 0;
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) sum += (entry as unknown as { value: number }).value;
          }).observe({ type: 'layout-shift', buffered: true });
          setTimeout(() => resolve(sum), 100);
        }),
    );
    expect(shift).toBeLessThan(0.02);
  });
}

test('the address keeps everything that was chosen', async ({ page, server }) => {
  await page.goto(`${server.url}/system?sort=memory`);
  await page.waitForSelector('.chart-box.painted');
  await page.getByRole('link', { name: '5 min', exact: true }).click();
  await expect(page).toHaveURL(/sort=memory&range=5m/);
  await page.keyboard.press('/');
  await page.keyboard.type('mio');
  await expect(page).toHaveURL(/sort=memory&range=5m&filter=mio/);
  await page.reload();
  await expect(page.locator('#processes input[name=filter]')).toHaveValue('mio');
  await expect(page.locator('#processes th.column-memory')).toHaveAttribute('aria-sort', 'descending');
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('a filter is a form, and no range is too much', async ({ page, server }) => {
    await page.goto(`${server.url}/system?sort=name`);
    await page.locator('#processes input[name=filter]').fill('miorai');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/sort=name&filter=miorai/);
    await expect(page.locator('#processes tbody tr').first()).toContainText('miorai');
    for (const range of ['from=-4700000000000000000&to=4700000000000000000', 'from=0&to=5184000000000000000', 'from=0&to=253402300799999']) {
      const answer = await page.request.get(`${server.url}/system?${range}`, { timeout: 5_000 });
      expect(answer.status()).toBe(200);
    }
  });
});
