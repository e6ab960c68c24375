/*
 * The journal's cost: encoding and sealing an event, CPU of an append at saturation, and how long an acknowledgement takes; with the write off
 * the event loop, as it is, and on it, which was the other choice.
 *
 * Run alone: `node test/bench/journal.ts`. Figures of one run compare with each other, not with those of another machine.
 */
import { mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHAIN_START, type ChainHead, sealEvent } from '../../src/recording/chain.ts';
import type { Event } from '../../src/recording/event.ts';
import { type Disk, systemDisk } from '../../src/storage/disk.ts';
import type { Journal } from '../../src/storage/journal.ts';
import { openJournal } from '../../src/storage/open-journal.ts';
import { begun, ended, permitted } from '../support/journal-events.ts';

/** One line of the result. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
}

export async function journalFigures(): Promise<readonly Figure[]> {
  return [
    ...sealing(),
    ...(await withDisk('write off the loop', systemDisk)),
    ...(await withDisk('write on the loop', onLoopDisk)),
  ];
}

function sealing(): Figure[] {
  const count = 200_000;
  const events = Array.from({ length: 1_000 }, (_, n): Event => begun(n));
  let head: ChainHead = CHAIN_START;
  const run = (times: number) => {
    for (let i = 0; i < times; i++) head = sealEvent(head, events[i % events.length] as Event).head;
  };
  run(20_000);
  const from = performance.now();
  run(count);
  const bytes = Buffer.byteLength(sealEvent(head, events[0] as Event).line);
  return [
    {
      what: `encode and seal an event of ${bytes} bytes`,
      value: ((performance.now() - from) * 1_000) / count,
      unit: 'µs',
    },
  ];
}

/** The same disk, but for the write itself. */
const onLoopDisk: Disk = {
  ...systemDisk,
  async create(path) {
    const file = await systemDisk.create(path);
    const fd = openSync(path, 'a');
    return {
      ...file,
      async write(bytes) {
        for (let from = 0; from < bytes.length; ) from += writeSync(fd, bytes, from);
      },
    };
  },
};

async function withDisk(name: string, disk: Disk): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  const journal = await openJournal({ folder, gateway: 'bench', disk });
  try {
    await reads(journal, 20_000, 64);
    const saturated = await reads(journal, 200_000, 64);
    const few = await reads(journal, 50_000, 4);
    const changes = await exchanges(journal, 2_000, 8);
    return [
      { what: `${name}: CPU of an append at saturation`, value: saturated.cpuUs / 400_000, unit: 'µs' },
      { what: `${name}: appends`, value: 400_000 / saturated.seconds, unit: '/s' },
      { what: `${name}: CPU of an append, 4 exchanges at once`, value: few.cpuUs / 100_000, unit: 'µs' },
      { what: `${name}: a read waits, p50 at saturation`, value: saturated.p50Us, unit: 'µs' },
      { what: `${name}: a read waits, p50 alone`, value: (await reads(journal, 2_000, 1)).p50Us, unit: 'µs' },
      { what: `${name}: a change waits, p50 of 8 at once`, value: changes.p50Us, unit: 'µs' },
      { what: `${name}: a change waits, p99 of 8 at once`, value: changes.p99Us, unit: 'µs' },
      { what: `${name}: longest stall of the loop beside 8 changes`, value: changes.stallMs, unit: 'ms' },
    ];
  } finally {
    await journal.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

let next = 0;

/** Reads: the intent is waited for until the system has it. */
function reads(journal: Journal, count: number, together: number) {
  return measure(count, together, async (n) => {
    await journal.append(begun(n)).written();
    journal.append(ended(n));
  });
}

/** Changes: the intent and the permit are waited for until they are on the disk. */
function exchanges(journal: Journal, count: number, together: number) {
  return measure(count, together, async (n) => {
    journal.append(begun(n));
    await journal.append(permitted(n)).synced();
    journal.append(ended(n));
  });
}

async function measure(count: number, together: number, exchange: (n: number) => Promise<void>) {
  const waits: number[] = [];
  let left = count;
  let stallMs = 0;
  let last = performance.now();
  const ticker = setInterval(() => {
    stallMs = Math.max(stallMs, performance.now() - last - 1);
    last = performance.now();
  }, 1);
  const cpu = process.cpuUsage();
  const from = performance.now();
  const worker = async () => {
    while (left-- > 0) {
      const began = performance.now();
      await exchange(next++);
      waits.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: together }, worker));
  const seconds = (performance.now() - from) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  clearInterval(ticker);
  waits.sort((a, b) => a - b);
  const at = (share: number) => (waits[Math.floor(waits.length * share)] ?? 0) * 1_000;
  return { seconds, cpuUs: user + system, p50Us: at(0.5), p99Us: at(0.99), stallMs };
}

if (import.meta.main) {
  for (const { what, value, unit } of await journalFigures())
    process.stdout.write(`${value.toFixed(1).padStart(10)} ${unit.padEnd(3)} ${what}\n`);
}
