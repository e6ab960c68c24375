/* A sealed journal whose segments are copied to a folder, and what a gateway does to it. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { RetentionRule } from '../../src/policy/retention-rule.ts';
import { verifierKey } from '../../src/recording/checkpoint.ts';
import type { Event } from '../../src/recording/event.ts';
import { trustedKeys } from '../../src/recording/key-notes.ts';
import { systemDisk } from '../../src/storage/disk.ts';
import { openJournal } from '../../src/storage/open-journal.ts';
import { openRetention } from '../../src/storage/retention/open-retention.ts';
import { sealSegments } from '../../src/storage/sealing/seal-segment.ts';
import { begun, ended, START_AT } from './journal-events.ts';

export const DAY_MS = 86_400_000;

/** What signs the journals of a test. */
export const { privateKey: SIGNING_KEY } = generateKeyPairSync('ed25519');

/** The keys that whoever trusts `SIGNING_KEY` trusts. */
export const trusted = (origin: string): readonly string[] => trustedKeys(verifierKey(origin, SIGNING_KEY), '');

export function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-places-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const clockAt = (now: number) => ({ now: () => now, monotonic: () => now });

/** Writes events, a segment each time that the array ends, and seals all that is closed. */
export async function writeSealed(
  folder: string,
  segments: readonly (readonly Event[])[],
  key = SIGNING_KEY,
): Promise<void> {
  const journal = await openJournal({ folder, gateway: 'gw', limits: { freeBytesMin: 0 }, clock: clockAt(START_AT) });
  for (const events of segments) {
    for (const event of events) journal.append(event);
    journal.closeSegment();
  }
  await journal.close();
  await sealAll(folder, key);
}

async function sealAll(folder: string, key: typeof SIGNING_KEY): Promise<void> {
  const plain = readdirSync(folder).filter((name) => name.endsWith('.jsonl') && name.startsWith('journal-'));
  const below = Math.max(...plain.map((name) => Number(name.slice(8, 16))));
  await sealSegments(systemDisk, folder, { below, key, onSealed() {} });
}

/** One exchange a day, on `prod` and `dev` in turn, each in a segment of its own. */
export const days = (count: number): readonly (readonly Event[])[] =>
  Array.from({ length: count }, (_, n) => {
    const at = START_AT + n * DAY_MS;
    return [begun(n, { at, target: n % 2 === 0 ? 'prod' : 'dev' }), { ...ended(n), at: at + 5 }];
  });

/** Keeps these rules once, as a gateway does, at this moment; what is said of it is not sealed yet. Why they were not kept. */
export async function keepRules(
  folder: string,
  rules: readonly RetentionRule[],
  nowMs: number,
): Promise<readonly string[]> {
  const journal = await openJournal({ folder, gateway: 'gw', limits: { freeBytesMin: 0 }, clock: clockAt(START_AT) });
  const failures: string[] = [];
  const keeping = openRetention({
    folder,
    rules: () => rules,
    wantedBytes: () => 0,
    journal,
    clock: clockAt(nowMs),
    onApplied() {},
    onFailure: (why) => failures.push(why),
    settledMs: 0,
  });
  await keeping.look();
  await keeping.close();
  await journal.close();
  return failures;
}

/** Packs look as old as they have to be for rules to let anything of them go. */
export function agePacks(folder: string): void {
  for (const name of readdirSync(folder)) if (name.startsWith('pieces-')) utimesSync(join(folder, name), 1, 1);
}

/** All files of a folder, by name. */
export function filesIn(folder: string): ReadonlyMap<string, string> {
  return new Map(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readFileSync(join(folder, name)).toString('base64')]),
  );
}

const RULE = { of: 'all', mayGoEarly: false, legalHold: false } as const;

/** Everything of `prod` is copied to the place `far`. */
export const PLACED: RetentionRule = {
  ...RULE,
  id: 'keep/prod',
  targets: ['prod'],
  keepForMs: 2 * DAY_MS,
  place: 'far',
};

/** Everything goes after two days. */
export const SHORT: RetentionRule = { ...RULE, id: 'keep/all', keepForMs: 2 * DAY_MS };

/** Everything of `prod` is held. */
export const HELD: RetentionRule = { ...RULE, id: 'keep/held', targets: ['prod'], legalHold: true };
