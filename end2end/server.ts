// A server of the program under test, on a free port of loopback and with a data folder of its own.
import { ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A port of loopback that nobody listens on. */
export const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address ? address.port : 0;
};

/** The program under test. */
export const program = (): string => process.env.PROGRAM_UNDER_TEST ?? join(__dirname, '../target/release/miorai');

export class MioraiServer {
  private child?: ChildProcess;
  private port = 0;
  private readonly data = mkdtempSync(join(tmpdir(), 'miorai-'));

  constructor(private readonly program: string, private readonly args: string[] = [], private readonly environment: NodeJS.ProcessEnv = {}) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  /** Starts it, on the same port as before, unless it is running; comes back when there is a frame. */
  async start(): Promise<void> {
    if (this.child?.exitCode === null && this.child.signalCode === null) return;
    this.port ||= await freePort();
    const args = ['--addr', `127.0.0.1:${this.port}`, '--data-dir', this.data, ...this.args];
    this.child = spawn(this.program, args, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, RUST_LOG: 'error', ...this.environment } });
    for (let tries = 0; tries < 200; tries += 1) {
      if (this.child.exitCode !== null) throw new Error(`the server ended with ${this.child.exitCode}`);
      const ready = await fetch(`${this.url}/readyz`).then((answer) => answer.ok).catch(() => false);
      if (ready) return;
      await sleep(50);
    }
    throw new Error('the server did not become ready within 10 s');
  }

  /** Stops it and waits for its end. */
  async stop(): Promise<void> {
    if (!this.child || this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
  }
}
