// A PostgreSQL of its own for tests, on a free port of loopback, with its data in a folder that is thrown away.
import { ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './server';

/** The folder of PostgreSQL's programs: the newest of Debian's, or wherever the path leads. */
const programs = (): string => {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.length ? join(debian, versions[0], 'bin') : '';
};

/** It refuses to run as root: then the user that its package has made runs it. */
const user = (): { uid?: number; gid?: number } => {
  if (process.getuid?.() !== 0) return {};
  const id = (what: string) => Number(execFileSync('id', [what, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
};

export class PostgresServer {
  private child?: ChildProcess;
  private sessions: ChildProcess[] = [];
  private port = 0;
  private readonly data = mkdtempSync(join(tmpdir(), 'miorai-postgres-'));

  /** Its address for a user; `miorai` may read everything that is watched, and end what others do. */
  url(name = 'miorai'): string {
    return `postgres://${name}@127.0.0.1:${this.port}/shop`;
  }

  async start(): Promise<void> {
    this.port = await freePort();
    const as = user();
    if (as.uid !== undefined && as.gid !== undefined) chownSync(this.data, as.uid, as.gid);
    chmodSync(this.data, 0o700);
    const initdb = ['-D', this.data, '-U', 'postgres', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C'];
    execFileSync(join(programs(), 'initdb'), initdb, { ...as, cwd: this.data, stdio: 'ignore' });
    const settings = ['listen_addresses=127.0.0.1', `unix_socket_directories=${this.data}`, 'fsync=off', 'shared_preload_libraries=pg_stat_statements'];
    const args = ['-D', this.data, '-p', `${this.port}`, ...settings.flatMap((setting) => ['-c', setting])];
    this.child = spawn(join(programs(), 'postgres'), args, { ...as, cwd: this.data, stdio: 'ignore' });
    for (let tries = 0; tries < 200; tries += 1) {
      try {
        this.ask('SELECT 1', 'postgres');
        break;
      } catch {
        await sleep(50);
      }
    }
    this.ask('CREATE DATABASE shop', 'postgres');
    this.ask(
      `CREATE EXTENSION pg_stat_statements;
       CREATE ROLE miorai LOGIN IN ROLE pg_monitor, pg_signal_backend;
       CREATE ROLE app LOGIN;
       CREATE TABLE matches (id int PRIMARY KEY, winner text);
       INSERT INTO matches SELECT n, 'player ' || n FROM generate_series(1, 5000) n;
       GRANT ALL ON matches TO app; GRANT SELECT ON matches TO miorai;`,
    );
  }

  /** What a statement answers. */
  ask(sql: string, database = 'shop', as = 'postgres'): string {
    const args = ['-h', '127.0.0.1', '-p', `${this.port}`, '-U', as, '-d', database, '-v', 'ON_ERROR_STOP=1', '-Atqc', sql];
    return execFileSync('psql', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  }

  /** A session that stays open and sends these statements. */
  session(application: string, sql: string): void {
    const args = ['-h', '127.0.0.1', '-p', `${this.port}`, '-U', 'app', '-d', 'shop', '-q'];
    const child = spawn('psql', args, { stdio: ['pipe', 'ignore', 'ignore'], env: { ...process.env, PGAPPNAME: application } });
    child.stdin?.on('error', () => {});
    child.stdin?.write(`${sql}\n`);
    this.sessions.push(child);
  }

  /** One session holds a lock, another one waits for it: the process of the first. */
  async plantLock(): Promise<number> {
    this.session('holder', "BEGIN; UPDATE matches SET winner = 'nobody' WHERE id = 7;");
    const pid = (application: string, more: string) =>
      Number(this.ask(`SELECT coalesce(max(pid), 0) FROM pg_stat_activity WHERE application_name = '${application}' AND ${more}`));
    for (let tries = 0; tries < 200 && !pid('holder', "state = 'idle in transaction'"); tries += 1) await sleep(25);
    this.session('waiter', 'DELETE FROM matches WHERE id = 7;');
    for (let tries = 0; tries < 200 && !pid('waiter', "wait_event_type = 'Lock'"); tries += 1) await sleep(25);
    return pid('holder', 'true');
  }

  async stop(): Promise<void> {
    for (const session of this.sessions) session.kill('SIGKILL');
    if (!this.child || this.child.exitCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGINT');
    await ended;
  }
}
