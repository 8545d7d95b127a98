// The public status page.
import { expect, test } from '../fixtures';

test('the status page needs no script, refreshes itself and tells nothing internal', async ({ page, server }) => {
  const scripts: string[] = [];
  page.on('request', (request) => {
    if (['script', 'fetch', 'websocket'].includes(request.resourceType())) scripts.push(request.url());
  });
  const answer = await page.goto(`${server.url}/status`);
  await expect(page.getByRole('heading', { level: 1, name: 'Status' })).toBeVisible();
  expect(answer?.headers().refresh).toBe('15');
  await expect(page.locator('.status-row').first()).toContainText(/Healthy|Degraded|Unhealthy/);
  expect(scripts).toEqual([]);
  const html = await page.content();
  expect(html).not.toContain('snapshot');
  expect(html).not.toContain('/proc/');
});
