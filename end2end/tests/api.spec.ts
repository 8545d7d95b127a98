// The page of the API, against the server that watches itself: routes, slow requests and why, starting anew.
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '../fixtures';
import type { Page } from '@playwright/test';
import type { MioraiServer } from '../server';

const alive = (page: Page) => page.waitForSelector('.chart-box.painted');

/** Asks so often that routes have figures. */
const traffic = async (server: MioraiServer) => {
  for (let n = 0; n < 20; n += 1) {
    await fetch(`${server.url}/api/core/health/`);
    await fetch(`${server.url}/api/core/monitoring/history/?series=system.cpu.utilization`);
  }
};

/** The row of a route. */
const route = (page: Page, name: string) => page.locator('#routes tbody tr', { hasText: name });

test('routes show how they do, and come without being asked for', async ({ page, server, problems }) => {
  await page.goto(`${server.url}/api`);
  await alive(page);
  await traffic(server);
  await expect(route(page, '/api/core/health').first()).toBeVisible({ timeout: 15_000 });
  await expect(page.locator('.tile-number').first()).toHaveText(/\d/);
  for (const title of ['Requests', 'Latency', 'Errors']) {
    await expect(page.locator('figure', { hasText: title }).first()).toBeVisible();
  }
  expect(problems).toEqual([]);
});

test('the table sorts, filters and is copied, and its state is in the address', async ({ page, server, context, problems }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await traffic(server);
  await page.goto(`${server.url}/api`);
  await alive(page);
  await page.locator('#routes').getByRole('link', { name: 'Rate' }).click();
  await expect(page).toHaveURL(/routes\.sort=rate/);
  await expect(page.locator('#routes th[aria-sort="descending"]')).toHaveText('Rate');
  await page.keyboard.press('/');
  await page.keyboard.type('health');
  await expect(page).toHaveURL(/routes\.filter=health/);
  await expect(route(page, '/api/core/monitoring/history')).toHaveCount(0);
  await page.getByRole('button', { name: 'Copy as CSV' }).click();
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toMatch(/^Route,Requests,Rate,/);
  expect(copied).toContain('/api/core/health');
  await page.reload();
  await expect(page.locator('#routes input[type=search]')).toHaveValue('health');
  expect(problems).toEqual([]);
});

test('a route is chosen in place, with charts of its own', async ({ page, server, problems }) => {
  await traffic(server);
  await page.goto(`${server.url}/api`);
  await alive(page);
  await page.locator('#routes').getByRole('link', { name: /GET \/api\/core\/health/ }).first().click();
  await expect(page).toHaveURL(/route=GET/);
  await expect(page.getByRole('region', { name: 'Charts of the route' }).locator('.chart-box.painted')).toHaveCount(2);
  await expect(page.locator('#route')).toContainText('Longest');
  await page.locator('#route').getByRole('link', { name: 'Close' }).click();
  await expect(page.locator('#route')).toHaveCount(0);
  expect(problems).toEqual([]);
});

test('a slow request says what it waited for', async ({ page, server, problems }) => {
  await traffic(server);
  await page.goto(`${server.url}/api`);
  await alive(page);
  await page.locator('#slow tbody a').first().click();
  await expect(page).toHaveURL(/request=/);
  const why = page.locator('#request');
  await expect(why).toContainText('Why it was slow');
  await expect(why.getByRole('img', { name: /database .*own work/ })).toBeVisible();
  // It can be sent to somebody.
  await page.reload();
  await expect(page.locator('#request')).toContainText('took');
  expect(problems).toEqual([]);
});

test('starting anew asks once, and says what came of it', async ({ page, server, problems }) => {
  await traffic(server);
  await page.goto(`${server.url}/api`);
  await alive(page);
  await page.getByRole('link', { name: 'Reset counters …' }).click();
  await expect(page.locator('#reset')).toContainText(/\d+ requests on \d+ routes/);
  await page.getByRole('link', { name: 'Leave them' }).click();
  await expect(page.getByRole('button', { name: 'Reset the counters' })).toBeHidden();
  await page.getByRole('link', { name: 'Reset counters …' }).click();
  await page.getByRole('button', { name: 'Reset the counters' }).click();
  await expect(page.getByText('Counters and quantiles have started anew.')).toBeVisible();
  expect(problems).toEqual([]);
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('everything is a link or a form', async ({ page, server }) => {
    await traffic(server);
    await page.goto(`${server.url}/api`);
    await page.locator('#routes').getByRole('link', { name: 'p95' }).click();
    await expect(page).toHaveURL(/routes\.sort=p95/);
    await page.locator('#routes input[type=search]').fill('health');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/routes\.sort=p95&routes\.filter=health/);
    await page.locator('#routes').getByRole('link', { name: /GET \/api\/core\/health/ }).first().click();
    await expect(page.locator('#route .chart-drawing svg, [aria-label="Charts of the route"] .chart-drawing svg').first()).toBeVisible();
    await page.getByRole('link', { name: 'Reset counters …' }).click();
    await page.getByRole('button', { name: 'Reset the counters' }).click();
    await expect(page).toHaveURL(/reset=done/);
    await expect(page.getByText('Counters and quantiles have started anew.')).toBeVisible();
  });
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing on a slow request in ${colorScheme}`, async ({ page, server }) => {
    await traffic(server);
    await page.emulateMedia({ colorScheme });
    await page.goto(`${server.url}/api?reset=ask`);
    await alive(page);
    await page.locator('#slow tbody a').first().click();
    await expect(page.locator('#request')).toContainText('took');
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
  });
}
