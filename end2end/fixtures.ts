// What the tests share: a real server for each worker, and what the browser complained about.
import { test as base } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { MioraiServer, program } from './server';

export { expect } from '@playwright/test';

/** The number that an element shows, without its unit. */
export const numberOf = (text: string | null): number => Number.parseFloat((text ?? '').replace(/[^\d.-]/g, ''));

/** The share of memory in use, as the kernel tells it just now. */
const kernelMemoryShare = (): number => {
  const info = readFileSync('/proc/meminfo', 'utf8');
  const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(info)?.[1]);
  return 1 - kilobytes('MemAvailable') / kilobytes('MemTotal');
};

type Fixtures = {
  /** What the browser logged as warning or error, and exceptions that nobody caught. */
  problems: string[];
  kernelMemoryShare: () => number;
  /** The server. It is running when a test begins, whatever the one before has done to it. */
  server: MioraiServer;
};

export const test = base.extend<Fixtures, { workerServer: MioraiServer }>({
  workerServer: [
    async ({}, use) => {
      const server = new MioraiServer(program());
      await server.start();
      await use(server);
      await server.stop();
    },
    { scope: 'worker' },
  ],
  server: async ({ workerServer }, use) => {
    await workerServer.start();
    await use(workerServer);
  },
  problems: async ({ page }, use) => {
    const problems: string[] = [];
    page.on('console', (message) => {
      if (['warning', 'error'].includes(message.type())) problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(String(error)));
    await use(problems);
  },
  kernelMemoryShare: async ({}, use) => use(kernelMemoryShare),
});
