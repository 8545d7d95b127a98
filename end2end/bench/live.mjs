// So many clients of the live stream at once: does each get every frame, how late, and what memory does each cost?
import { connect } from 'node:net';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const [address, pid, count = '2000', seconds = '20'] = process.argv.slice(2);
const { hostname, port } = new URL(address);
const rss = () => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
const before = rss();
const late = [];
const clients = [];
let measuring = false;

const open = () =>
  new Promise((done, failed) => {
    const client = { seqs: [] };
    const socket = connect({ host: hostname, port: Number(port) }, () => {
      socket.write('GET /api/core/monitoring/live/?topics=overview HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-protocol: miorai.binary.v1\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n');
    });
    let rest = Buffer.alloc(0);
    let upgraded = false;
    socket.on('error', failed);
    socket.on('data', (data) => {
      const now = Date.now();
      rest = rest.length ? Buffer.concat([rest, data]) : data;
      if (!upgraded) {
        const end = rest.indexOf('\r\n\r\n');
        if (end < 0) return;
        if (!rest.subarray(0, 12).toString().endsWith('101')) failed(new Error(rest.subarray(0, 200).toString()));
        upgraded = true;
        rest = rest.subarray(end + 4);
        done(client);
      }
      for (;;) {
        if (rest.length < 2) return;
        let length = rest[1] & 127;
        let head = 2;
        if (length === 126) [length, head] = [rest.length >= 4 ? rest.readUInt16BE(2) : Infinity, 4];
        if (rest.length < head + length) return;
        if ((rest[0] & 15) === 2 && measuring) {
          const body = rest.subarray(head);
          client.seqs.push(Number(body.readBigUInt64LE(2)));
          late.push(now - Number(body.readBigInt64LE(10)));
        }
        rest = rest.subarray(head + length);
      }
    });
  });

for (let opened = 0; opened < Number(count); opened += 100) {
  clients.push(...(await Promise.all(Array.from({ length: Math.min(100, Number(count) - opened) }, open))));
}
await sleep(3000);
measuring = true;
await sleep(Number(seconds) * 1000);
measuring = false;
const after = rss();
const holes = clients.filter(({ seqs }) => seqs.some((seq, i) => i > 0 && seq !== seqs[i - 1] + 1)).length;
const short = clients.filter(({ seqs }) => seqs.length < Number(seconds) - 1).length;
late.sort((a, b) => a - b);
const at = (share) => late[Math.floor(late.length * share)];
console.log(`live ${count} clients, ${seconds} s: ${late.length} frames, clients with holes ${holes}, with too few ${short}; lateness p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${late.at(-1)} ms; memory ${((after - before) / Number(count)).toFixed(1)} kB a client`);
process.exit(holes + short > 0 ? 1 : 0);
