// What is really painted on a chart's canvas.
import { expect, test } from '../fixtures';
import type { Page } from '@playwright/test';

/** How many pixels of the first chart whose title has this text are near to the colour of a series. */
const pixelsOf = (page: Page, title: string, series: number): Promise<number> =>
  page.evaluate(
    ([title, series]) => {
      const figures = [...document.querySelectorAll('figure.chart')];
      const figure = figures.find((one) => one.querySelector('h2')?.textContent?.startsWith(String(title)));
      const canvas = figure?.querySelector('canvas');
      const context = canvas?.getContext('2d');
      if (!canvas || !context) throw new Error('there is no such chart');
      const colour = getComputedStyle(document.documentElement).getPropertyValue(`--series-${series}`).trim();
      const wanted = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      let found = 0;
      for (let i = 0; i < data.length; i += 4) {
        const near = wanted.every((channel, at) => Math.abs(channel - data[i + at]) < 40);
        if (near && data[i + 3] > 150) found += 1;
      }
      return found;
    },
    [title, series] as const,
  );

test('each line is painted in its colour, and only the chosen one when it stands alone', async ({ page, server }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto(`${server.url}/?range=1m`);
  await page.waitForFunction(() => document.querySelectorAll('.chart-box.painted').length >= 6);
  // A few seconds make a line.
  await expect.poll(() => pixelsOf(page, 'Load', 1), { timeout: 20_000 }).toBeGreaterThan(3);
  await expect.poll(() => pixelsOf(page, 'Load', 2)).toBeGreaterThan(3);
  const chart = page.locator('figure.chart', { has: page.locator('h2', { hasText: /^Load/ }) });
  await chart.getByRole('button', { name: /^5 min/ }).click();
  await expect.poll(() => pixelsOf(page, 'Load', 1)).toBe(0);
  expect(await pixelsOf(page, 'Load', 2)).toBeGreaterThan(3);
});

test('the canvas has as many pixels as the screen, and its plot is not empty', async ({ browser, server }) => {
  const context = await browser.newContext({ deviceScaleFactor: 2, viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.goto(server.url);
  await page.waitForSelector('.chart-box.painted');
  const [pixels, css] = await page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('.chart-box canvas')!;
    return [canvas.width, canvas.getBoundingClientRect().width];
  });
  expect(Math.abs(pixels - 2 * css)).toBeLessThanOrEqual(2);
  await expect.poll(() => pixelsOf(page, 'CPU', 1), { timeout: 20_000 }).toBeGreaterThan(0);
  await context.close();
});
