// First look at a page in a new browser: when the first chart can be seen, when the page is alive, and what it loads.
// Other dashboards that run on this machine are looked at in the same run, in turns:
//   PEERS='name|address|selector of a chart' (several are separated by a blank line or a semicolon)
import { chromium } from '@playwright/test';

const [address, runs = '7'] = process.argv.slice(2);
const ours = { name: 'ours', address, chart: '.chart-drawing svg path', alive: '.chart-box.painted' };
const peers = (process.env.PEERS ?? '')
  .split(/[;\n]/)
  .filter((line) => line.trim())
  .map((line) => line.trim().split('|'))
  .map(([name, address, chart]) => ({ name, address, chart, alive: chart }));

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

async function look({ address, chart, alive }) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  let bytes = 0;
  session.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  // Times are from the start of the navigation: the request. A chart that is there before the first paint is seen with it.
  await page.addInitScript(
    ([chart, alive]) => {
      const sized = (selector) => [...document.querySelectorAll(selector)].some((element) => element.getBoundingClientRect().width > 0);
      const watch = () => {
        if (!window.chartAt && sized(chart)) window.chartAt = performance.now();
        if (!window.aliveAt && sized(alive)) window.aliveAt = performance.now();
        if (!window.aliveAt || !window.chartAt) requestAnimationFrame(watch);
      };
      new MutationObserver((_, observer) => {
        if (!document.querySelector(chart)) return;
        if (sized(chart)) window.chartAt ??= performance.now();
        observer.disconnect();
      }).observe(document, { childList: true, subtree: true });
      requestAnimationFrame(watch);
    },
    [chart, alive],
  );
  await page.goto(address);
  await page.waitForFunction(() => window.aliveAt && window.chartAt, undefined, { timeout: 60_000 });
  await page.waitForTimeout(1_000);
  const times = await page.evaluate(() => {
    const paint = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0;
    return { paint, chart: Math.max(window.chartAt, paint), alive: window.aliveAt };
  });
  await context.close();
  return { ...times, bytes };
}

const results = new Map([ours, ...peers].map((one) => [one, []]));
// The first look of each warms the machine up, and does not count.
for (let run = 0; run <= Number(runs); run += 1) {
  for (const [one, found] of results) {
    const seen = await look(one);
    if (run > 0) found.push(seen);
  }
}
await browser.close();
for (const [{ name }, found] of results) {
  const median = (figure) => found.map((seen) => seen[figure]).sort((a, b) => a - b)[found.length >> 1];
  const [paint, chart, alive] = ['paint', 'chart', 'alive'].map((figure) => median(figure).toFixed(0));
  console.log(`load ${name}, ${found.length} runs, medians: first paint ${paint} ms, first chart ${chart} ms, interactive ${alive} ms, ${(median('bytes') / 1e3).toFixed(1)} kB`);
}
