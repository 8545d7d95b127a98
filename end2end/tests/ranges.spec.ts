// From two years to a second and back, compared with a day or a week before: on every page, with and without a script.
import { expect, test } from '../fixtures';
import type { Page } from '@playwright/test';

const PAGES = ['/', '/system', '/api', '/cache', '/database', '/settings'];
const RANGES = ['1 min', '5 min', '15 min', '1 h', '6 h', '24 h', '7 d', '30 d', '90 d', '1 y', '2 y'];

const alive = (page: Page) => page.waitForSelector('.chart-box.painted');

/** The length of the part of time in the address, in milliseconds. */
const zoomed = (page: Page): number => {
  const query = new URL(page.url()).searchParams;
  return Number(query.get('to')) - Number(query.get('from'));
};

/** Draws a zoom over a part of the first chart's plot. */
const drag = async (page: Page, from: number, to: number) => {
  const box = (await page.locator('.chart-box').first().boundingBox())!;
  const [left, width] = [box.x + 62, box.width - 72];
  const y = box.y + box.height / 2;
  await page.mouse.move(left + width * from, y);
  await page.mouse.down();
  await page.mouse.move(left + width * to, y, { steps: 4 });
  await page.mouse.up();
};

for (const path of PAGES) {
  test(`every range is a link on ${path}`, async ({ page, server, problems }) => {
    await page.goto(server.url + path);
    const links = page.getByRole('group', { name: 'Time range' }).getByRole('link');
    await expect(links).toHaveText([...RANGES, 'day before', 'week before']);
    await page.goto(`${server.url}${path}?range=2y`);
    await expect(page.getByRole('link', { name: '2 y', exact: true })).toHaveAttribute('aria-current', 'true');
    expect(problems).toEqual([]);
  });
}

test('the time axis tells hours, days, months and years', async ({ page, server }) => {
  for (const [range, label] of [['1h', /^\d\d:\d\d$/], ['7d', /^\d+\s[A-Z][a-z]{2}$/], ['1y', /^([A-Z][a-z]{2}|\d{4})$/], ['2y', /^\d{4}$/]] as const) {
    const html = await (await page.request.get(`${server.url}/?range=${range}`)).text();
    await page.setContent(html);
    const labels = await page.locator('.chart-x').first().locator('span').allTextContents();
    expect(labels.length, range).toBeGreaterThanOrEqual(3);
    expect(labels.some((text) => label.test(text)), `${range}: ${labels.join()}`).toBe(true);
  }
});

test('from two years to a second by dragging, and back by a double click', async ({ page, server, problems }) => {
  await page.goto(`${server.url}/?range=2y`);
  await alive(page);
  let length = 730 * 86_400_000;
  for (let zoom = 0; zoom < 20 && length > 1_500; zoom += 1) {
    await drag(page, 0.9, 0.99);
    await expect.poll(() => zoomed(page)).toBeLessThan(length);
    length = zoomed(page);
  }
  expect(length).toBeLessThanOrEqual(1_500);
  await page.locator('.chart-box').first().dblclick();
  await expect(page).toHaveURL(/\?range=2y$/);
  await page.goBack();
  expect(zoomed(page)).toBe(length);
  expect(problems).toEqual([]);
});

test('what comes in joins the past without a gap', async ({ page, server }) => {
  await page.goto(`${server.url}/?range=1h`);
  await alive(page);
  const chart = page.locator('figure.chart', { has: page.locator('h2', { hasText: /^CPU/ }) });
  await chart.getByText('Values').click();
  const times = () => chart.locator('.chart-data tbody th').allTextContents();
  const first = (await times())[0];
  // The newest row moves on with each second, and follows the one before within a few.
  await expect.poll(async () => (await times())[0], { timeout: 15_000 }).not.toBe(first);
  const seconds = (await times()).slice(0, 3).map((text) => text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0));
  for (const [newer, older] of [[seconds[0], seconds[1]], [seconds[1], seconds[2]]]) {
    if (older !== undefined) expect((newer - older + 86_400) % 86_400).toBeLessThanOrEqual(15);
  }
});

test('a comparison has its place in every legend and in the address', async ({ page, server, problems }) => {
  await page.goto(server.url);
  await alive(page);
  await expect(page.getByText('a day before').first()).toBeHidden();
  const asked = page.waitForRequest((request) => request.url().includes('/history/') && request.url().includes('from='));
  await page.getByRole('link', { name: 'day before' }).click();
  await asked;
  await expect(page).toHaveURL(/compare=1d/);
  await expect(page.locator('.legend').getByText('a day before')).toHaveCount(6);
  await expect(page.getByText('a day before').first()).toBeVisible();
  await page.getByRole('link', { name: '1 h', exact: true }).click();
  await expect(page).toHaveURL(/compare=1d&range=1h/);
  await page.getByRole('link', { name: 'day before' }).click();
  await expect(page).not.toHaveURL(/compare/);
  expect(problems).toEqual([]);
});

test('the crosshair tells its moment', async ({ page, server }) => {
  await page.goto(`${server.url}/?range=7d`);
  await alive(page);
  const box = (await page.locator('.chart-box').first().boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.4, box.y + box.height / 2);
  await expect(page.locator('.crosshair').first()).toHaveAttribute('data-at', /^\d+\s[A-Z][a-z]{2} \d{4} \d\d:\d\d$/);
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } });

  test('on a phone a button opens the ranges and the comparisons', async ({ page, server }) => {
    await page.goto(server.url);
    await expect(page.getByRole('link', { name: '30 d' })).toBeHidden();
    await page.getByRole('button', { name: 'Time range: 15 min' }).click();
    await page.getByRole('link', { name: '30 d' }).click();
    await expect(page).toHaveURL(/range=30d/);
    await page.getByRole('button', { name: 'Time range: 30 d' }).click();
    await page.getByRole('link', { name: 'week before' }).click();
    await expect(page).toHaveURL(/range=30d&compare=7d/);
    await expect(page.getByText('a week before').first()).toBeVisible();
  });
});
