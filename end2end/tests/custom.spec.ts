// The page of what other programs send: who they are, their series, charts of those that are chosen.
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '../fixtures';
import type { Page } from '@playwright/test';
import type { MioraiServer } from '../server';

type Attributes = Record<string, string>;

const attributes = (of: Attributes) => Object.entries(of).map(([key, stringValue]) => ({ key, value: { stringValue } }));
const nanoseconds = (milliseconds: number) => `${Math.round(milliseconds)}000000`;
const began = Date.now();

/** What a program written with OpenTelemetry posts: two gauges of the values given, a sum and a histogram. */
const send = async (server: MioraiServer, service: string, queues: Record<string, number>, jobs: number) => {
  const at = { startTimeUnixNano: nanoseconds(began), timeUnixNano: nanoseconds(Date.now()) };
  const points = Object.entries(queues).map(([queue, asDouble]) => ({ ...at, asDouble, attributes: attributes({ queue }) }));
  const histogram = { ...at, count: `${jobs}`, sum: jobs * 0.3, explicitBounds: [0.1, 1], bucketCounts: ['0', `${jobs}`, '0'] };
  const metrics = [
    { name: 'queue.length', unit: '{message}', gauge: { dataPoints: points } },
    { name: 'mails.sent', sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints: [{ ...at, asInt: `${jobs}` }] } },
    { name: 'job.duration', unit: 's', histogram: { aggregationTemporality: 2, dataPoints: [histogram] } },
  ];
  const resource = {
    attributes: attributes({ 'service.name': service, 'telemetry.sdk.name': 'opentelemetry', 'telemetry.sdk.version': '9.9', 'telemetry.sdk.language': 'go' }),
  };
  const answer = await fetch(`${server.url}/v1/metrics`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] }),
  });
  expect(answer.status, await answer.text()).toBe(200);
};

/** The row of a series. */
const row = (page: Page, service: string, text: string) =>
  page.locator('#series tbody tr', { hasText: `service.name=${service}` }).filter({ hasText: text });

test('senders and series are listed, and those that come later too', async ({ page, server, problems }) => {
  await send(server, 'shop', { mail: 40 }, 3);
  await page.goto(`${server.url}/custom`);
  await expect(page.locator('#senders tbody tr', { hasText: 'shop' })).toContainText('opentelemetry 9.9');
  await expect(row(page, 'shop', 'queue=mail')).toContainText('queue.length');
  await expect(row(page, 'shop', 'queue=mail')).toContainText('40');
  await expect(row(page, 'shop', 'queue=sms')).toHaveCount(0);
  await send(server, 'shop', { mail: 41.5, sms: 7 }, 4);
  await expect(row(page, 'shop', 'queue=sms')).toContainText('7', { timeout: 15_000 });
  await expect(row(page, 'shop', 'queue=mail')).toContainText('41.5');
  await expect(row(page, 'shop', 'job.duration')).toContainText('p95');
  expect(problems).toEqual([]);
});

test('series are charted as they are chosen, live, and let go', async ({ page, server, problems }) => {
  await send(server, 'press', { mail: 12 }, 3);
  await page.goto(`${server.url}/custom`);
  await row(page, 'press', 'queue=mail').getByRole('link').first().click();
  await expect(page).toHaveURL(/series=queue\.length/);
  const chart = page.locator('#charts figure', { hasText: 'queue.length' });
  await expect(chart.locator('.chart-box.painted')).toBeVisible();
  await expect(chart.locator('.legend')).toContainText('12');
  await send(server, 'press', { mail: 27 }, 9);
  await expect(chart.locator('.legend')).toContainText('27');
  await row(page, 'press', 'job.duration').getByRole('link').first().click();
  const distribution = page.locator('#charts figure', { hasText: 'job.duration' });
  await expect(distribution.locator('.legend')).toContainText('p99');
  await expect(page.locator('#charts figure')).toHaveCount(2);
  // It can be sent to somebody, and goes back in time like every chart.
  await page.getByRole('link', { name: '1 h', exact: true }).click();
  await expect(page).toHaveURL(/range=1h/);
  await page.reload();
  await expect(page.locator('#charts figure')).toHaveCount(2);
  await page.getByRole('link', { name: /^Let go: job\.duration/ }).click();
  await expect(page.locator('#charts figure')).toHaveCount(1);
  await page.getByRole('link', { name: 'Choose none' }).click();
  await expect(page.locator('#charts figure')).toHaveCount(0);
  expect(problems).toEqual([]);
});

test('the filter asks the server, and a sender leads to its series', async ({ page, server, problems }) => {
  await send(server, 'mill', { flour: 1 }, 1);
  await send(server, 'bakery', { bread: 2 }, 1);
  await page.goto(`${server.url}/custom`);
  await page.locator('#senders').getByRole('link', { name: /^mill/ }).click();
  await expect(page).toHaveURL(/series\.filter=service\.name%3Dmill|series\.filter=service\.name=mill/);
  await expect(row(page, 'mill', 'queue=flour')).toBeVisible();
  await expect(row(page, 'bakery', 'queue=bread')).toHaveCount(0);
  expect(problems).toEqual([]);
});

test('what is refused is told with its reason', async ({ page, server }) => {
  const point = { timeUnixNano: nanoseconds(Date.now() + 86_400_000), asDouble: 1 };
  await fetch(`${server.url}/v1/metrics`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      resourceMetrics: [
        {
          resource: { attributes: attributes({ 'service.name': 'prophet' }) },
          scopeMetrics: [{ metrics: [{ name: 'tomorrow', gauge: { dataPoints: [point] } }] }],
        },
      ],
    }),
  });
  await page.goto(`${server.url}/custom`);
  await expect(page.locator('#refused li').first()).toContainText('because');
  await expect(page.locator('#senders tbody tr', { hasText: 'prophet' })).toContainText('1');
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('series are listed, filtered and charted', async ({ page, server }) => {
    await send(server, 'quiet', { mail: 5 }, 2);
    await new Promise((done) => setTimeout(done, 2_500));
    await page.goto(`${server.url}/custom`);
    await page.locator('#series input[type=search]').fill('quiet');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/series\.filter=quiet/);
    await row(page, 'quiet', 'queue=mail').getByRole('link').first().click();
    await expect(page.locator('#charts .chart-drawing svg')).toBeVisible();
    await expect(page.locator('#charts .legend')).toContainText('5');
  });
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing with charts in ${colorScheme}`, async ({ page, server }) => {
    await send(server, `axe-${colorScheme}`, { mail: 5 }, 2);
    await page.emulateMedia({ colorScheme });
    await page.goto(`${server.url}/custom`);
    await row(page, `axe-${colorScheme}`, 'queue=mail').getByRole('link').first().click();
    await expect(page.locator('.chart-box.painted')).toBeVisible();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
  });
}

test('with series and charts it fits a phone', async ({ page, server }) => {
  await send(server, 'a-program-with-quite-a-long-name', { 'a-queue-with-quite-a-long-name-as-well': 5 }, 2);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${server.url}/custom`);
  await row(page, 'a-program-with-quite-a-long-name', 'a-queue').getByRole('link').first().click();
  await expect(page.locator('.chart-box.painted')).toBeVisible();
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(overflow).toBeLessThanOrEqual(0);
});
