// What a newcomer sees: the server is healthy, the start page comes to life, and its numbers move.
import { chromium } from '@playwright/test';
import assert from 'node:assert/strict';

const url = process.env.URL_UNDER_TEST;
const health = await (await fetch(new URL('/api/core/health/', url))).json();
assert.ok(['healthy', 'degraded'].includes(health.status), JSON.stringify(health));

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const page = await browser.newPage();
const problems = [];
page.on('pageerror', (error) => problems.push(String(error)));
page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
await page.goto(url);
await page.waitForSelector('.chart-box.painted');
const shown = () => page.locator('.tile-number').allTextContents();
const before = (await shown()).join();
await page.waitForFunction(
  (before) => [...document.querySelectorAll('.tile-number')].map((tile) => tile.textContent).join() !== before,
  before,
  { timeout: 15_000 },
);
assert.deepEqual(problems, []);
await browser.close();
console.log('the start page is live');
