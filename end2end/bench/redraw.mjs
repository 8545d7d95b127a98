// How long a redraw of 4 series × 3 600 points takes, ours and uPlot's in one run: one chart, and ten in one tick.
// `flush` reads one pixel back, so that the canvas is rasterised before the clock stops.
import { chromium } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

const [bound] = process.argv.slice(2);
const uplot = dirname(createRequire(import.meta.url).resolve('uplot/package.json'));
const PAGE = `<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="/uplot/dist/uPlot.min.css">
<script src="/uplot/dist/uPlot.iife.min.js"></script><body><script type="module">
import init, { Bench } from '/bound/redraw.js';
await init({ module_or_path: '/bound/redraw_bg.wasm' });
const N = 3600, LINES = 4;
let seed = 12345;
const random = () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff;
const X = Float64Array.from({ length: N + 1200 }, (_, i) => 1700000000 + i);
const Y = Array.from({ length: LINES }, () => { let v = 50; return Float64Array.from(X, () => (v = Math.min(100, Math.max(0, v + (random() - 0.5) * 8)))); });
const makers = {
  ours: (el) => {
    const canvas = document.createElement('canvas'); el.append(canvas);
    const bench = new Bench(canvas, LINES);
    return (from) => {
      const times = X.subarray(from, from + N).map((s) => s * 1000);
      const values = new Float64Array(N * LINES);
      Y.forEach((y, line) => values.set(y.subarray(from, from + N), line * N));
      return () => bench.draw(times, values);
    };
  },
  uplot: (el) => {
    const data = (from) => [Array.from(X.subarray(from, from + N)), ...Y.map((y) => Array.from(y.subarray(from, from + N)))];
    const series = Y.map((_, n) => ({ stroke: 'hsl(' + n * 45 + ' 70% 50%)', width: 1, points: { show: false } }));
    const chart = new uPlot({ width: 800, height: 300, legend: { show: false }, cursor: { show: false }, series: [{}, ...series] }, data(0), el);
    return (from) => { const next = data(from); return () => chart.setData(next); };
  },
};
const settle = () => new Promise((r) => requestAnimationFrame(() => setTimeout(r, 0)));
const read = () => { for (const c of document.querySelectorAll('canvas')) c.getContext('2d').getImageData(0, 0, 1, 1); };
window.bench = async (maker, count, rounds, flush) => {
  document.body.replaceChildren();
  const charts = Array.from({ length: count }, () => { const el = document.createElement('div'); el.style.cssText = 'width:800px;height:300px;float:left'; document.body.append(el); return makers[maker](el); });
  const took = [];
  for (let round = 0; round < rounds + 5; round += 1) {
    const redraws = charts.map((chart) => chart(round)); // new data, outside the clock
    await settle();
    const begin = performance.now();
    for (const redraw of redraws) redraw();
    await null; // uPlot redraws in a microtask
    if (flush) read();
    if (round >= 5) took.push(performance.now() - begin);
  }
  took.sort((a, b) => a - b);
  return { median: took[took.length >> 1], p95: took[Math.floor(took.length * 0.95)] };
};
window.ready = true;
</script>`;
const TYPES = { '.js': 'text/javascript', '.wasm': 'application/wasm', '.css': 'text/css' };
const server = createServer((request, response) => {
  const path = request.url;
  if (path === '/') return response.writeHead(200, { 'content-type': 'text/html', 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }).end(PAGE);
  const file = path.startsWith('/uplot/') ? join(uplot, path.slice(6)) : join(bound, path.slice(6));
  try {
    const content = readFileSync(file);
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'text/plain' }).end(content);
  } catch {
    response.writeHead(404).end();
  }
}).listen(0, '127.0.0.1');
await new Promise((ready) => server.once('listening', ready));
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
const page = await browser.newPage();
page.on('pageerror', (error) => console.error(String(error)));
await page.goto(`http://127.0.0.1:${server.address().port}/`);
await page.waitForFunction(() => window.ready);
for (const [count, rounds] of [[1, 100], [10, 30]]) {
  for (const flush of [false, true]) {
    for (const maker of ['ours', 'uplot', 'ours', 'uplot']) {
      const { median, p95 } = await page.evaluate(([m, c, r, f]) => window.bench(m, c, r, f), [maker, count, rounds, flush]);
      console.log(`redraw ${count} × (4 × 3 600)${flush ? ' rasterised' : ''}  ${maker.padEnd(6)} median ${median.toFixed(2)} ms  p95 ${p95.toFixed(2)} ms`);
    }
  }
}
await browser.close();
server.close();
