// The server goes away and comes back while the page is open.
import { expect, test } from '../fixtures';

test('a lost connection is said, and the page recovers by itself', async ({ page, server }) => {
  await page.goto(server.url);
  await page.waitForSelector('.chart-box.painted');
  await server.stop();
  const bar = page.locator('.connection');
  await expect(bar).toBeVisible({ timeout: 10_000 });
  await expect(bar).toContainText(/No connection to the server since \d\d:\d\d:\d\d/);
  await expect(page.getByRole('button', { name: 'No connection' })).toBeVisible();
  await server.start();
  await expect(bar).toBeHidden({ timeout: 25_000 });
  await expect(page.getByRole('button', { name: /Live/ })).toBeVisible();
  const newest = () => page.locator('.tile-number .number').evaluateAll((all) => all.map((one) => one.getAttribute('title')).join());
  const before = await newest();
  await expect.poll(newest, { timeout: 10_000 }).not.toBe(before);
});

test('a page opened before a restart knows series by name, not by number', async ({ page, server, problems }) => {
  await page.goto(`${server.url}/system`);
  await page.waitForSelector('.chart-box.painted');
  await server.stop();
  await expect(page.locator('.connection')).toBeVisible({ timeout: 10_000 });
  await server.start();
  await expect(page.locator('.connection')).toBeHidden({ timeout: 25_000 });
  await expect(page.locator('.core strong').first()).toHaveText(/\d%$/);
  expect(problems.filter((problem) => !/WebSocket|ERR_CONNECTION/.test(problem))).toEqual([]);
});
