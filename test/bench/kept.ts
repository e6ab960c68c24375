/*
 * What is kept, in numbers: the events of a busy day before and after their segments are sealed, distinct versions of objects, 500 sessions that are recorded at once, and how
 * soon a recording of a gibibyte plays. Run alone: `node test/bench/kept.ts [--gibibytes 1]`. Sizes hold anywhere; times compare within the run.
 */
import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { keeperOf } from '../../src/main/keeper-of.ts';
import type { Keeping } from '../../src/recording/keeping.ts';
import { systemClock } from '../../src/std/clock.ts';
import { newExchangeId, newSessionId } from '../../src/std/ids.ts';
import { systemDisk } from '../../src/storage/disk.ts';
import type { Journal } from '../../src/storage/journal.ts';
import { openJournal } from '../../src/storage/open-journal.ts';
import { openPieces } from '../../src/storage/pieces/open-pieces.ts';
import { PackWriter } from '../../src/storage/pieces/pack-writer.ts';
import { sealSegments } from '../../src/storage/sealing/seal-segment.ts';
import { begun, ended } from '../support/journal-events.ts';

const { values } = parseArgs({ options: { gibibytes: { type: 'string', default: '1' } } });
const GIB = 1024 ** 3;

/** 200 requests a second, around the clock. */
const EXCHANGES_A_DAY = 17_280_000;

const folders: string[] = [];
const say = (what: string, value: number, unit: string) =>
  process.stdout.write(`${what.padEnd(76)} ${value.toLocaleString('en', { maximumFractionDigits: 1 })} ${unit}\n`);

function folderFor(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-kept-'));
  folders.push(folder);
  return folder;
}

const bytesIn = (folder: string, end: RegExp) =>
  readdirSync(folder)
    .filter((name) => end.test(name))
    .reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);

const open = (folder: string) =>
  openJournal({ folder, gateway: 'bench', limits: { freeBytesMin: 0, queueBytesMax: 1024 * 1024 * 1024 } });

/** Exchanges of 40 callers on 300 objects, each with ids and times of its own. */
async function eventsOfADay(): Promise<void> {
  const folder = folderFor();
  const count = 100_000;
  const journal = await open(folder);
  const sessions = Array.from({ length: 40 }, () => newSessionId(Date.now()));
  for (let n = 0; n < count; n++) {
    const at = Date.now() + n * 5;
    const exchange = newExchangeId(at);
    const session = sessions[n % 40] as (typeof sessions)[number];
    const about = { at, exchange, session };
    const template = begun((n * 7919) % 300);
    journal.append({
      ...template,
      ...about,
      caller: { ...template.caller, subject: `agent:${n % 40}` },
      peer: `10.0.${n % 200}.7`,
    });
    if (n % 4 === 0) journal.append({ type: 'exchange.permitted', exchange, at, rule: 'read' });
    const traffic = {
      bytesIn: 0,
      bytesOut: 400 + (n % 900),
      durationMs: Math.round(2_000 + Math.sin(n) * 1_500) / 1_000,
    };
    journal.append({ ...ended(n, undefined, { ...about, at: at + 3, traffic }) });
    if (n % 1_000 === 0) await setImmediate();
  }
  journal.closeSegment();
  await journal.close();
  const plain = bytesIn(folder, /\.jsonl$/);
  const { privateKey: key } = generateKeyPairSync('ed25519');
  const before = process.cpuUsage();
  await sealSegments(systemDisk, folder, { below: 1_000_000, key, onSealed() {} });
  const cpu = process.cpuUsage(before);
  const sealed = bytesIn(folder, /\.(zst|seal)$/);
  say('events of an exchange, as they are written', plain / count, 'bytes');
  say('the same, sealed', sealed / count, 'bytes');
  say('sealed, of what was written', (100 * sealed) / plain, '%');
  say(
    `events of a day of ${EXCHANGES_A_DAY.toLocaleString('en')} exchanges, sealed`,
    (sealed / count) * (EXCHANGES_A_DAY / 1e9),
    'GB',
  );
  say('processor time to seal an exchange', (cpu.user + cpu.system) / count, 'µs');
}

/** A list of 500 pods that is read 200 times while one pod changes between two reads. */
function versions(): void {
  const folder = folderFor();
  const packs = new PackWriter(folder);
  const pod = (n: number, version: number) =>
    Buffer.from(
      JSON.stringify({
        metadata: {
          name: `web-${n}`,
          namespace: 'shop',
          uid: `${n}`,
          resourceVersion: `${version}`,
          labels: { app: 'web', tier: `${n % 7}` },
        },
        spec: {
          nodeName: `node-${n % 20}`,
          containers: [
            {
              name: 'web',
              image: `registry.test/web:${n % 30}`,
              env: Array.from({ length: 12 }, (_, i) => ({ name: `SETTING_${i}`, value: `${n * i}` })),
            },
          ],
        },
        status: {
          phase: 'Running',
          podIP: `10.1.${n % 250}.${version % 250}`,
          conditions: Array.from({ length: 4 }, (_, i) => ({ type: `C${i}`, status: 'True' })),
        },
      }),
    );
  const pods = Array.from({ length: 500 }, (_, n) => pod(n, 1));
  let listed = 0;
  for (let read = 0; read < 200; read++) {
    for (const each of pods) {
      packs.put(each);
      listed += each.length;
    }
    pods[read % 500] = pod(read % 500, read + 2);
  }
  packs.close();
  say('bodies of 200 lists of 500 pods, as they were sent', listed / 1e6, 'MB');
  say('kept of them, of 700 distinct versions', bytesIn(folder, /^pieces/) / 1e3, 'kB');
}

/** 500 terminals that say 4 kB every 200 ms for 10 s, while a recording of a gibibyte is played by another process. */
async function sessionsAtOnce(played: { folder: string; exchange: string }): Promise<void> {
  const folder = folderFor();
  const journal = await open(folder);
  const pieces = openPieces({ folder, clock: systemClock, hasRoom: () => true, onFailure() {} });
  const keeper = keeperOf(pieces, journal, systemClock);
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  const kept = Array.from({ length: 500 }, () => terminal(journal, keeper));
  const chunk = randomBytes(3_000).toString('base64');
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const playing = play(played, []);
  delay.enable();
  let rss = 0;
  for (let tick = 0; tick < 50; tick++) {
    for (const one of kept) one.bytes('o', Buffer.from(`${tick} ${chunk}`));
    await setTimeout(200);
    rss = Math.max(rss, process.memoryUsage.rss());
  }
  delay.disable();
  playing.kill('SIGKILL');
  for (const one of kept) one.end({ isWhole: true });
  await pieces.close();
  await journal.close();
  say('memory that 500 recorded terminals add to the recorder (no sockets)', (rss - before) / 1e6, 'MB');
  say('longest pause of its event loop meanwhile', delay.max / 1e6, 'ms');
}

function terminal(journal: Journal, keeper: ReturnType<typeof keeperOf>): Keeping {
  const exchange = newExchangeId(Date.now());
  journal.append(begun(1, { exchange }));
  const head = { form: 'terminal', part: 'stream', at: Date.now(), command: ['sh'] } as const;
  return keeper.open(exchange, head, {
    onRoom() {},
    onFailed(error) {
      throw error;
    },
  });
}

async function recordingOf(bytes: number): Promise<{ folder: string; exchange: string }> {
  const folder = folderFor();
  const journal = await open(folder);
  const pieces = openPieces({ folder, clock: systemClock, hasRoom: () => true, onFailure() {} });
  const exchange = newExchangeId(Date.now());
  journal.append(begun(1, { exchange }));
  const room = { wait: Promise.withResolvers<void>() };
  const head = { form: 'terminal', part: 'stream', at: Date.now(), command: ['sh'] } as const;
  const keeping = keeperOf(pieces, journal, systemClock).open(exchange, head, {
    onRoom: () => room.wait.resolve(),
    onFailed(error) {
      throw error;
    },
  });
  const line = randomBytes(48 * 1024).toString('base64');
  for (let sent = 0; sent < bytes; sent += line.length) {
    room.wait = Promise.withResolvers();
    if (!keeping.bytes('o', Buffer.from(`${sent} ${line}\r\n`))) await room.wait.promise;
  }
  keeping.end({ isWhole: true });
  await pieces.close();
  journal.append(ended(1, undefined, { exchange }));
  await journal.close();
  return { folder, exchange };
}

function play({ folder, exchange }: { folder: string; exchange: string }, more: readonly string[]) {
  const main = join(import.meta.dirname, '../../src/main/cli.ts');
  return spawn(process.execPath, [main, 'sessions', 'replay', exchange, '--journal', folder, ...more], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function replayStarts(played: { folder: string; exchange: string }): Promise<void> {
  for (const asked of [[], ['--text']]) {
    const times: number[] = [];
    for (let round = 0; round < 5; round++) {
      const from = performance.now();
      const playing = play(played, asked);
      await once(playing.stdout, 'data');
      times.push(performance.now() - from);
      playing.kill('SIGKILL');
    }
    say(
      `the first of ${values.gibibytes} GiB is played after${asked.length > 0 ? ' (--text)' : ''}, its process' start included`,
      times.sort((a, b) => a - b)[2] as number,
      'ms',
    );
  }
}

try {
  await eventsOfADay();
  versions();
  const played = await recordingOf(Number(values.gibibytes) * GIB);
  await replayStarts(played);
  await sessionsAtOnce(played);
} finally {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}
