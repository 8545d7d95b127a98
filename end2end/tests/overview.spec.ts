// The overview: complete without a script, live with one.
import { expect, numberOf, test } from '../fixtures';

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('the page shows values, charts and checks', async ({ page, server }) => {
    await page.goto(server.url);
    await expect(page).toHaveTitle(/Miorai$/);
    await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible();
    await expect(page.locator('.tile-number').first()).toHaveText(/^\d+(\.\d+)?%$/);
    await expect(page.locator('.banner-headline')).not.toBeEmpty();
    const drawings = page.locator('.chart-drawing svg');
    expect(await drawings.count()).toBeGreaterThanOrEqual(6);
    await expect(drawings.first()).toBeVisible();
    expect(await page.locator('.processes tbody tr').count()).toBeGreaterThan(0);
  });

  test('ranges and the theme work as links and forms', async ({ page, server }) => {
    await page.goto(server.url);
    await page.getByRole('link', { name: '5 min', exact: true }).click();
    await expect(page).toHaveURL(/range=5m/);
    await expect(page.getByRole('link', { name: '5 min', exact: true })).toHaveAttribute('aria-current', 'true');
    await page.getByRole('button', { name: /Colours/ }).click();
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
    await expect(page).toHaveURL(/range=5m/);
  });
});

test('hydration changes nothing and logs nothing', async ({ page, server, problems }) => {
  await page.goto(server.url);
  await expect(page.locator('.chart-box.painted').first()).toBeVisible();
  await page.waitForFunction(() => document.querySelectorAll('.chart-box.painted').length >= 6);
  expect(problems).toEqual([]);
});

test('the numbers change each second and the stream goes on from the frame of the page', async ({ page, server, problems }) => {
  const frames: { seq: number; at: number }[] = [];
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => {
      if (typeof payload !== 'string') {
        frames.push({ seq: Number(payload.readBigUInt64LE(2)), at: Number(payload.readBigInt64LE(10)) });
      }
    });
  });
  await page.goto(server.url);
  const snapshot = JSON.parse((await page.locator('#snapshot').textContent()) ?? '{}');
  // What a person sees changes with them.
  const shown = new Set<string>();
  const tiles = () => page.locator('.tile-number .number').evaluateAll((all) => all.map((one) => one.getAttribute('title')).join());
  await expect.poll(async () => shown.add(await tiles()).size, { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
  await expect.poll(() => new Set(frames.map((frame) => frame.seq)).size, { timeout: 15_000 }).toBeGreaterThanOrEqual(4);
  const seqs = [...new Set(frames.map((frame) => frame.seq))];
  expect(seqs[0]).toBeGreaterThan(snapshot.hello.seq);
  expect(seqs[0]).toBeLessThanOrEqual(snapshot.hello.seq + 1 + 5);
  seqs.forEach((seq, index) => expect(seq).toBe(seqs[0] + index));
  expect(problems).toEqual([]);
});

test('memory agrees with what the kernel says', async ({ page, server, kernelMemoryShare }) => {
  await page.goto(server.url);
  await page.waitForSelector('.chart-box.painted');
  const tile = page.locator('.tile', { hasText: 'Memory' }).locator('.number').first();
  await expect
    .poll(async () => Math.abs(numberOf(await tile.textContent()) - kernelMemoryShare() * 100), { timeout: 10_000 })
    .toBeLessThan(3);
});

test('a legend entry shows its line alone', async ({ page, server }) => {
  await page.goto(server.url);
  await page.waitForSelector('.chart-box.painted');
  const chart = page.locator('figure', { hasText: 'CPU' }).first();
  const entry = chart.getByRole('button', { name: /^user/ });
  await entry.click();
  await expect(entry).toHaveAttribute('aria-pressed', 'true');
  await expect(chart.locator('.legend-item.quiet')).toHaveCount(3);
  await entry.click();
  await expect(chart.locator('.legend-item.quiet')).toHaveCount(0);
});

test('the crosshair is shared by all charts', async ({ page, server }) => {
  await page.goto(server.url);
  await page.waitForFunction(() => document.querySelectorAll('.chart-box.painted').length >= 6);
  const box = (await page.locator('.chart-box').first().boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.9, box.y + box.height / 2);
  await expect(page.locator('.crosshair:visible')).toHaveCount(6);
  await page.mouse.move(5, 5);
  await expect(page.locator('.crosshair:visible')).toHaveCount(0);
});

test('dragging zooms, the view is in the address, and a double click leads back', async ({ page, server }) => {
  await page.goto(server.url);
  await page.waitForSelector('.chart-box.painted');
  const box = (await page.locator('.chart-box').first().boundingBox())!;
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * 0.6, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.95, y, { steps: 5 });
  await page.mouse.up();
  await expect(page).toHaveURL(/from=\d+&to=\d+/);
  const shared = page.url();
  await page.goto(shared);
  await expect(page.locator('.segments-note')).toBeVisible();
  await page.waitForSelector('.chart-box.painted');
  await page.locator('.chart-box').first().dblclick();
  await expect(page).not.toHaveURL(/from=/);
});

test('pausing holds what is shown still', async ({ page, server }) => {
  await page.goto(server.url);
  await page.waitForSelector('.chart-box.painted');
  await page.keyboard.press(' ');
  const button = page.getByRole('button', { name: 'Paused' });
  await expect(button).toBeVisible();
  const uptimeBefore = await page.locator('.tile-number').allTextContents();
  // Three frames pass by on the stream; none is shown.
  let frames = 0;
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  session.on('Network.webSocketFrameReceived', () => (frames += 1));
  await expect.poll(() => frames, { timeout: 10_000 }).toBeGreaterThanOrEqual(3);
  expect(await page.locator('.tile-number').allTextContents()).toEqual(uptimeBefore);
  await page.keyboard.press(' ');
  await expect(page.getByRole('button', { name: /Live/ })).toBeVisible();
});

test('the values of a chart can be read as a table', async ({ page, server }) => {
  await page.goto(server.url);
  await page.waitForSelector('.chart-box.painted');
  const chart = page.locator('figure').first();
  await chart.getByText('Values').click();
  await expect(chart.locator('.chart-data tbody tr').first()).toContainText(/\d\d:\d\d:\d\d/);
});
