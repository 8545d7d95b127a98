// First look at a page in a new browser: when the first chart can be seen, when it is alive, and what it loads.
import { chromium } from '@playwright/test';

const [address, runs = '7'] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
const results = [];
for (let run = 0; run < Number(runs) + 1; run += 1) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  let bytes = 0;
  session.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  // Times are from the start of the navigation: the request. A chart that is there before the first paint is seen with it.
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (!document.querySelector('.chart-drawing svg path')) return;
      window.chartAt = performance.now();
      observer.disconnect();
    }).observe(document, { childList: true, subtree: true });
    const look = () => {
      if (!window.aliveAt && document.querySelector('.chart-box.painted')) window.aliveAt = performance.now();
      if (!window.aliveAt) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  await page.goto(address);
  await page.waitForFunction(() => window.aliveAt && window.chartAt);
  await page.waitForTimeout(500);
  const times = await page.evaluate(() => ({ chart: Math.max(window.chartAt, performance.getEntriesByName('first-contentful-paint')[0]?.startTime), alive: window.aliveAt, paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime }));
  if (run > 0) results.push({ ...times, bytes });
  await context.close();
}
const median = (name) => results.map((r) => r[name]).sort((a, b) => a - b)[results.length >> 1];
console.log(`load ${results.length} runs, medians: first paint ${median('paint').toFixed(0)} ms, first chart ${median('chart').toFixed(0)} ms, interactive ${median('alive').toFixed(0)} ms, ${(median('bytes') / 1e3).toFixed(1)} kB`);
await browser.close();
