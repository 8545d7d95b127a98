// The page of the databases, against a real PostgreSQL with a planted lock: who holds up whom, and how to end it.
import AxeBuilder from '@axe-core/playwright';
import { expect, test as base } from '../fixtures';
import type { Page } from '@playwright/test';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PostgresServer } from '../postgres';
import { MioraiServer, program } from '../server';

type Databases = { postgres: PostgresServer; watching: MioraiServer };

const test = base.extend<Databases>({
  postgres: async ({}, use) => {
    const postgres = new PostgresServer();
    await postgres.start();
    await use(postgres);
    await postgres.stop();
  },
  watching: async ({ postgres }, use) => {
    const config = join(mkdtempSync(join(tmpdir(), 'miorai-config-')), 'miorai.toml');
    writeFileSync(config, `[[postgresql]]\nname = "shop"\nurl = "${postgres.url()}"\n`);
    const server = new MioraiServer(program(), ['--config', config]);
    await server.start();
    await use(server);
    await server.stop();
  },
});

const alive = (page: Page) => page.waitForSelector('.chart-box.painted');

const open = async (page: Page, server: MioraiServer, more = '') => {
  await page.goto(`${server.url}/database?database=shop${more}`);
  await alive(page);
};

test('without a server the page says what to set', async ({ page, server, problems }) => {
  await page.goto(`${server.url}/database`);
  await expect(page.getByText('No PostgreSQL server is watched')).toBeVisible();
  expect(problems).toEqual([]);
});

test('databases are seen at a glance, with what is in them', async ({ page, postgres, watching, problems }) => {
  for (let n = 0; n < 5; n += 1) postgres.ask("SELECT count(*) FROM matches WHERE winner LIKE 'player 4%'");
  await open(page, watching);
  const row = page.locator('#databases tbody tr', { hasText: 'shop' });
  await expect(row).toContainText(/PostgreSQL \d+/, { timeout: 20_000 });
  await expect(row).toContainText(/of \d+/);
  await expect(page.locator('#tables')).toContainText('public.matches', { timeout: 30_000 });
  await expect(page.locator('#statements')).toContainText('matches', { timeout: 30_000 });
  await expect(page.locator('figure', { hasText: 'Connections' }).first()).toBeVisible();
  expect(problems).toEqual([]);
});

test('a plan comes when it is asked for', async ({ page, postgres, watching }) => {
  for (let n = 0; n < 5; n += 1) postgres.ask('SELECT winner FROM matches WHERE id = 42');
  await open(page, watching);
  await page.locator('#statements').getByRole('link', { name: /SELECT winner FROM matches/ }).click({ timeout: 40_000 });
  await expect(page.locator('#plan .plan, #plan [role=alert]')).toBeVisible();
});

test('the page names the blocker of a planted lock, and ends it when told', async ({ page, postgres, watching, problems }) => {
  const holder = await postgres.plantLock();
  await open(page, watching);
  const locks = page.locator('#locks');
  await expect(locks).toBeVisible({ timeout: 20_000 });
  await expect(locks.locator('strong').first()).toHaveText(`${holder}`);
  await expect(locks).toContainText('DELETE FROM matches');
  await locks.getByRole('link', { name: `End ${holder}` }).click();
  await expect(page.locator('#end')).toContainText(`The backend ${holder} of app, holder`);
  await expect(page.locator('#end')).toContainText('rolled back');
  expect(postgres.ask(`SELECT count(*) FROM pg_stat_activity WHERE pid = ${holder}`)).toBe('1');
  await page.getByRole('button', { name: `End the connection of ${holder}` }).click();
  await expect(page.getByText(`The backend ${holder} of shop is ended.`)).toBeVisible();
  await expect.poll(() => postgres.ask(`SELECT count(*) FROM pg_stat_activity WHERE pid = ${holder}`)).toBe('0');
  await expect(locks).toBeHidden({ timeout: 20_000 });
  expect(problems).toEqual([]);
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('a blocker is found and ended by links and a form', async ({ page, postgres, watching }) => {
    const holder = await postgres.plantLock();
    await expect(async () => {
      await page.goto(`${watching.url}/database?database=shop`);
      await page.getByRole('link', { name: `End ${holder}` }).first().click({ timeout: 1_000 });
    }).toPass({ timeout: 30_000 });
    await page.getByRole('button', { name: `End the connection of ${holder}` }).click();
    await expect(page.getByText(`The backend ${holder} of shop is ended.`)).toBeVisible();
  });
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing beside a lock in ${colorScheme}`, async ({ page, postgres, watching }) => {
    const holder = await postgres.plantLock();
    await page.emulateMedia({ colorScheme });
    await open(page, watching, `&pid=${holder}&end=terminate`);
    await expect(page.locator('#locks')).toBeVisible({ timeout: 20_000 });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
  });
}

for (const width of [360, 768, 1440, 2200]) {
  test(`everything about a server fits ${width} px`, async ({ page, postgres, watching }) => {
    await postgres.plantLock();
    await page.setViewportSize({ width, height: 900 });
    await open(page, watching);
    await expect(page.locator('#locks')).toBeVisible({ timeout: 20_000 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(overflow).toBeLessThanOrEqual(0);
  });
}
