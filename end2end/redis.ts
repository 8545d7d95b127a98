// A Redis of its own for tests, on a free port of loopback, without anything on disk.
import { ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './server';

/** Where the entries of the space `default` are: its database, and what its keys begin with. */
const DATABASE = '1';
const PREFIX = 'miorai:1:';

export class RedisServer {
  private child?: ChildProcess;
  private port = 0;

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    this.port ||= await freePort();
    const data = mkdtempSync(join(tmpdir(), 'miorai-redis-'));
    const args = ['--port', `${this.port}`, '--bind', '127.0.0.1', '--save', '', '--dir', data];
    this.child = spawn('redis-server', args, { stdio: 'ignore' });
    for (let tries = 0; tries < 200; tries += 1) {
      try {
        if (this.ask('PING').trim() === 'PONG') return;
      } catch {
        await sleep(50);
      }
    }
    throw new Error('Redis did not become ready within 10 s');
  }

  async stop(): Promise<void> {
    if (!this.child || this.child.exitCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }

  /** What a command answers, in the database of the space `default`. */
  ask(...command: string[]): string {
    const args = ['-p', `${this.port}`, '-n', DATABASE, ...command];
    return execFileSync('redis-cli', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  }

  /** Stores entries of these names in the space `default`, each with a value of JSON and an hour to live. */
  fill(name: string, from: number, to: number): void {
    const script = `for i = ${from}, ${to} do
      redis.call('SET', '${PREFIX}${name}:' .. i, '{"rank":' .. i .. ',"name":"<b>bold</b>"}', 'EX', 3600)
    end`;
    this.ask('EVAL', script, '0');
  }

  /** How many keys the database of the space `default` has, whoever they belong to. Asking costs the server nothing. */
  get keys(): number {
    return Number(this.ask('DBSIZE'));
  }

  /** How many entries the space `default` has; what the cache keeps for itself beside them does not count. */
  get size(): number {
    return Number(this.ask('EVAL', `return #redis.call('KEYS', '${PREFIX}*')`, '0'));
  }
}
