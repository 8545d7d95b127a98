// The page of the caches, against a real Redis: what is in it, and how it is cleared.
import AxeBuilder from '@axe-core/playwright';
import { expect, test as base } from '../fixtures';
import type { Page } from '@playwright/test';
import { RedisServer } from '../redis';
import { MioraiServer, program } from '../server';

type Caches = { redis: RedisServer; caches: MioraiServer };

const test = base.extend<Caches>({
  redis: async ({}, use) => {
    const redis = new RedisServer();
    await redis.start();
    await use(redis);
    await redis.stop();
  },
  caches: async ({ redis }, use) => {
    const server = new MioraiServer(program(), [], { REDIS_URL: redis.url });
    await server.start();
    await use(server);
    await server.stop();
  },
});

const space = (server: MioraiServer, more = '') => `${server.url}/cache?space=default${more}`;

/** Comes back when the page is alive. */
const alive = (page: Page) => page.waitForSelector('.chart-box.painted');

/** Asks for a preview of a pattern. */
const preview = async (page: Page, pattern: string) => {
  await page.getByLabel('Which entries').fill(pattern);
  await page.getByRole('button', { name: 'See what would go' }).click();
};

test('without a Redis the page says what to set', async ({ page, server, problems }) => {
  await page.goto(`${server.url}/cache`);
  await expect(page.getByText('REDIS_URL=redis://127.0.0.1:6379')).toBeVisible();
  expect(problems).toEqual([]);
});

test('spaces and servers are seen at a glance, and hydration changes nothing', async ({ page, caches, problems }) => {
  await page.goto(`${caches.url}/cache`);
  await alive(page);
  for (const name of ['default', 'session', 'ml_predictions']) {
    await expect(page.getByRole('link', { name, exact: true })).toBeVisible();
  }
  await expect(page.locator('.spaces tbody tr').first()).toContainText('Healthy');
  await expect(page.locator('.server')).toContainText(/Redis \d/);
  await expect(page.locator('figure', { hasText: 'Commands' }).first()).toBeVisible();
  expect(problems).toEqual([]);
});

test('keys are searched, looked at and deleted in place', async ({ page, redis, caches, problems }) => {
  redis.fill('tournament', 1, 300);
  redis.fill('player', 1, 5);
  await page.goto(`${caches.url}/cache`);
  await alive(page);
  await page.getByRole('link', { name: 'default', exact: true }).click();
  await expect(page).toHaveURL(/space=default/);
  await page.getByLabel(/^Pattern/).fill('player:?');
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(page.locator('.key-name')).toHaveCount(5);
  await page.getByRole('link', { name: 'player:3' }).click();
  // The value is shown as text, never as a part of the page.
  await expect(page.getByRole('group', { name: 'Value', exact: true })).toContainText('<b>bold</b>');
  await page.getByRole('button', { name: 'Delete this entry' }).click();
  await expect(page.getByText('Deleted player:3')).toBeVisible();
  await expect(page.locator('.key-name')).toHaveCount(4);
  expect(redis.size).toBe(304);
  await page.getByLabel(/^Pattern/).fill('nothing-of-that-kind*');
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(page.getByText(/^Nothing matches/)).toHaveCount(1);
  await expect(page.getByText(/^Nothing matches/)).toBeVisible();
  expect(problems).toEqual([]);
});

test('tables are sorted by their titles and copied as CSV', async ({ page, context, caches, problems }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(`${caches.url}/cache`);
  await alive(page);
  const spaces = page.locator('.spaces');
  const first = spaces.locator('tbody tr').first();
  await expect(first).toContainText('default');
  // The arrow is decoration: the name of the link is the title alone.
  await spaces.getByRole('link', { name: 'Space', exact: true }).click();
  await expect(page).toHaveURL(/spaces\.sort=-name/);
  await expect(spaces.getByRole('columnheader', { name: 'Space', exact: true })).toHaveAttribute('aria-sort', 'descending');
  await expect(first).toContainText('session');
  await spaces.getByRole('button', { name: 'Copy as CSV' }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toMatch(/^Space,Status,Backend,Hit ratio,/);
  expect(copied.split('\r\n')[1]).toMatch(/^session this server,Healthy,Redis,/);
  expect(problems).toEqual([]);
});

test('the biggest prefixes come with the size of their sample', async ({ page, redis, caches }) => {
  redis.fill('tournament', 1, 300);
  await page.goto(space(caches));
  await alive(page);
  await page.getByRole('link', { name: 'Take a sample' }).click();
  await expect(page.getByRole('row', { name: /^tournament:/ }).last()).toBeVisible();
  await expect(page.getByText(/300 keys/).first()).toBeVisible();
});

test('clearing shows what would go, asks once, and says what came of it', async ({ page, redis, caches, problems }) => {
  redis.fill('tournament', 1, 4312);
  redis.fill('player', 1, 10);
  await page.goto(space(caches));
  await alive(page);
  await preview(page, 'tournament:*');
  await expect(page.locator('.sample li')).toHaveCount(21);
  expect(redis.size).toBe(4322);
  await page.getByRole('button', { name: 'Clear 4 312 keys' }).click();
  await expect(page.locator('.job')).toContainText('Done');
  await expect(page.locator('.job')).toContainText(/4.312 of 4.312 keys cleared/);
  expect(redis.size).toBe(10);
  await expect(page.locator('.key-name')).toHaveCount(10);
  expect(problems).toEqual([]);
});

test('a bare * asks for the name of the space', async ({ page, redis, caches }) => {
  redis.fill('player', 1, 10);
  await page.goto(space(caches));
  await alive(page);
  await preview(page, '*');
  const confirm = page.locator('[name="confirm"]');
  await confirm.fill('session');
  await page.getByRole('button', { name: 'Clear 10 keys' }).click();
  await expect(page.locator('#clear').getByRole('alert')).toBeVisible();
  expect(redis.size).toBe(10);
  await preview(page, '*');
  await confirm.fill('default');
  await page.getByRole('button', { name: 'Clear 10 keys' }).click();
  await expect(page.locator('.job')).toContainText('Done');
  expect(redis.size).toBe(0);
});

test('more keys than were previewed are not cleared', async ({ page, redis, caches }) => {
  redis.fill('tournament', 1, 100);
  await page.goto(space(caches));
  await alive(page);
  await preview(page, 'tournament:*');
  await expect(page.getByRole('button', { name: 'Clear 100 keys' })).toBeVisible();
  redis.fill('tournament', 101, 500);
  await page.getByRole('button', { name: 'Clear 100 keys' }).click();
  await expect(page.locator('#clear')).toContainText(/Refused|match/);
  await expect.poll(() => redis.size).toBeGreaterThanOrEqual(390);
});

test('a job shows how far it is and stops when it is told', async ({ page, redis, caches }) => {
  redis.fill('tournament', 1, 400_000);
  await page.goto(space(caches));
  await alive(page);
  await preview(page, 'tournament:*');
  await page.getByRole('button', { name: /^Clear 400/ }).click();
  // It counts first, and clears then.
  await expect.poll(() => redis.keys, { intervals: [20] }).toBeLessThan(400_000);
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.locator('.job')).toContainText('Stopped');
  expect(redis.size).toBeGreaterThan(0);
  expect(redis.size).toBeLessThan(400_000);
});

test('a server that is gone is told with what to do', async ({ page, redis, caches }) => {
  await page.goto(`${caches.url}/cache`);
  await alive(page);
  await redis.stop();
  await expect(page.locator('.server')).toContainText('Unhealthy', { timeout: 20_000 });
  await redis.start();
  await expect(page.locator('.server')).toContainText('Healthy', { timeout: 30_000 });
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('tables are sorted by links', async ({ page, caches }) => {
    await page.goto(`${caches.url}/cache`);
    await page.locator('.spaces').getByRole('link', { name: 'Space', exact: true }).click();
    await expect(page.locator('.spaces tbody tr').first()).toContainText('session');
  });

  test('keys are searched, looked at and deleted', async ({ page, redis, caches }) => {
    redis.fill('player', 1, 5);
    await page.goto(space(caches));
    await page.getByLabel(/^Pattern/).fill('player:[12]');
    await page.getByRole('button', { name: 'Search' }).click();
    await expect(page.locator('.key-name')).toHaveCount(2);
    await page.getByRole('link', { name: 'player:2' }).click();
    await expect(page.getByRole('group', { name: 'Value', exact: true })).toContainText('<b>bold</b>');
    await page.getByRole('button', { name: 'Delete this entry' }).click();
    await expect(page.getByText('Deleted player:2')).toBeVisible();
    await expect(page.locator('.key-name')).toHaveCount(1);
  });

  test('entries are previewed and cleared, and the page follows the job by itself', async ({ page, redis, caches }) => {
    redis.fill('tournament', 1, 4312);
    await page.goto(space(caches));
    await preview(page, 'tournament:*');
    await expect(page.getByText('4 312 keys').first()).toBeVisible();
    await page.getByRole('button', { name: 'Clear 4 312 keys' }).click();
    await expect(page).toHaveURL(/job=\d+/);
    await expect(page.locator('.job')).toContainText('Done');
    expect(redis.size).toBe(0);
    await expect(page.getByText(/^The space is empty/)).toBeVisible();
  });

  test('what does not match is said', async ({ page, caches }) => {
    await page.goto(space(caches));
    await preview(page, 'nothing-of-that-kind*');
    await expect(page.locator('#clear')).toContainText('there is nothing to clear');
  });
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing on a preview in ${colorScheme}`, async ({ page, redis, caches }) => {
    redis.fill('tournament', 1, 4312);
    await page.emulateMedia({ colorScheme });
    await page.goto(space(caches, '&key=tournament:7&prefixes=1'));
    await alive(page);
    await preview(page, '*');
    // The sample of prefixes is kept in the space too.
    await expect(page.getByRole('button', { name: 'Clear 4 313 keys' })).toBeVisible();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
  });
}

for (const width of [360, 390, 768, 1440, 2200]) {
  test(`everything about a space fits ${width} px`, async ({ page, redis, caches }) => {
    redis.fill(`tournament:${'long'.repeat(30)}`, 1, 60);
    await page.setViewportSize({ width, height: 900 });
    await page.goto(space(caches, '&prefixes=1'));
    await preview(page, '*');
    await expect(page.getByRole('button', { name: 'Clear 61 keys' })).toBeVisible();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(overflow).toBeLessThanOrEqual(0);
  });
}
