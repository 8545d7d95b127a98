// The machine in full.
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { expect, test } from '../fixtures';

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('every part of the machine is there', async ({ page, server }) => {
    await page.goto(`${server.url}/system`);
    for (const heading of ['Cores', 'Filesystems', 'Network interfaces', 'Processes']) {
      await expect(page.getByRole('heading', { level: 2, name: new RegExp(`^${heading}`) }).first()).toBeVisible();
    }
    await expect(page.locator('.core')).toHaveCount(cpus().length);
    expect(await page.locator('.chart-drawing svg').count()).toBeGreaterThanOrEqual(6);
  });

  test('processes are sorted by links', async ({ page, server }) => {
    await page.goto(`${server.url}/system?sort=pid`);
    const pids = (await page.locator('.column-pid').allTextContents()).slice(1).map(Number);
    expect(pids.length).toBeGreaterThan(3);
    expect(pids).toEqual([...pids].sort((a, b) => a - b));
    await expect(page.locator('th.column-pid')).toHaveAttribute('aria-sort', 'ascending');
    await page.locator('th.column-pid a').click();
    await expect(page).toHaveURL(/sort=-pid/);
    const reversed = (await page.locator('.column-pid').allTextContents()).slice(1).map(Number);
    expect(reversed).toEqual([...reversed].sort((a, b) => b - a));
  });
});

test('cores, filesystems and interfaces are those of the machine', async ({ page, server, problems }) => {
  await page.goto(`${server.url}/system`);
  await page.waitForSelector('.chart-box.painted');
  await expect(page.locator('.core')).toHaveCount(cpus().length);
  const interfaces = readFileSync('/proc/net/dev', 'utf8').split('\n').slice(2).map((line) => line.split(':')[0].trim()).filter(Boolean);
  for (const name of interfaces) {
    await expect(page.locator('article', { hasText: 'Network interfaces' }).getByRole('rowheader', { name, exact: true })).toBeVisible();
  }
  await expect(page.locator('article', { hasText: 'Filesystems' }).getByRole('rowheader', { name: '/', exact: true })).toBeVisible();
  expect(problems).toEqual([]);
});

test('the table of processes sorts and filters while it is live', async ({ page, server }) => {
  await page.goto(`${server.url}/system`);
  await page.waitForSelector('.chart-box.painted');
  const table = page.locator('#processes');
  await table.locator('th.column-name a').click();
  await expect(page).toHaveURL(/sort=name/);
  const names = (await table.locator('tbody .column-name').allTextContents()).map((name) => name.toLowerCase());
  expect(names).toEqual([...names].sort());
  await page.keyboard.press('/');
  await page.keyboard.type('miorai');
  await expect.poll(async () => await table.locator('tbody tr').count()).toBeGreaterThan(0);
  await expect
    .poll(async () => (await table.locator('tbody tr').allTextContents()).every((row) => row.includes('miorai')))
    .toBe(true);
});

test('going from page to page shows values at once', async ({ page, server, problems }) => {
  await page.goto(server.url);
  await page.waitForSelector('.chart-box.painted');
  await page.getByRole('navigation').getByRole('link', { name: 'System' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'System' })).toBeVisible();
  await expect(page.locator('.core strong').first()).toHaveText(/\d%$/);
  await page.waitForSelector('.chart-box.painted');
  await page.getByRole('navigation').getByRole('link', { name: 'Settings' }).click();
  await expect(page.locator('.rows', { hasText: 'Resident memory' })).toContainText(/MB/);
  expect(problems).toEqual([]);
});
