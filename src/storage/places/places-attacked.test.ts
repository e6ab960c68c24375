import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { appendFileSync, copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { begun, ended, exchangeId, START_AT } from '../../../test/support/journal-events.ts';
import {
  agePacks,
  DAY_MS,
  days,
  filesIn,
  folderFor,
  HELD,
  keepRules,
  PLACED,
  SHORT,
  SIGNING_KEY,
  trusted,
  writeSealed,
} from '../../../test/support/placed-journal.ts';
import type { RetentionRule } from '../../policy/retention-rule.ts';
import { CHAIN_START, type ChainHead, checkLine, sealEvent } from '../../recording/chain.ts';
import { verifierKey } from '../../recording/checkpoint.ts';
import type { Event } from '../../recording/event.ts';
import { goneLine } from '../../recording/gone.ts';
import { keyNote, trustedKeys } from '../../recording/key-notes.ts';
import { leafHash } from '../../recording/merkle-tree.ts';
import type { PieceRef } from '../../recording/piece.ts';
import { readChain } from '../../recording/read-chain.ts';
import type { Seal } from '../../recording/seal.ts';
import { segmentLines } from '../../retention/segment-lines.ts';
import { readSigned } from '../../segments/read-signed.ts';
import { readSegmentFile, sealOf } from '../../segments/segment-files.ts';
import { systemDisk } from '../disk.ts';
import { PackWriter } from '../pieces/pack-writer.ts';
import { thinSegment } from '../retention/thin-segment.ts';
import { PackedLines } from '../sealing/seal-segment.ts';
import { folderPlace } from './folder-place.ts';
import { Mirror } from './mirror.ts';

const RULES: readonly RetentionRule[] = [PLACED, SHORT];
const NOW = START_AT + 2.5 * DAY_MS;
const SEGMENT = 'journal-00000001.jsonl.zst';

/** A journal that was copied, its place, and copying once more, as a gateway does that has just started. */
async function copied(t: TestContext, segments = days(4), rules = RULES) {
  const [folder, far] = [folderFor(t), folderFor(t)];
  await writeSealed(folder, segments);
  const again = async (inForce = rules, now = NOW, keys = trusted) => {
    const mirror = new Mirror(folder, new Map([['far', folderPlace(far)]]), keys, () => now);
    try {
      return await mirror.copy(inForce);
    } finally {
      mirror.close();
    }
  };
  assert.deepEqual((await again()).faults, []);
  return { folder, far, before: filesIn(far), again };
}

type Ways = Readonly<Record<string, readonly [change: (folder: string) => unknown, why: RegExp]>>;

/** What whoever holds the disk may do to what lies here, and what is told. */
const WAYS: Ways = {
  'bytes of a segment are changed': [
    (folder) => {
      const bytes = readFileSync(join(folder, SEGMENT));
      bytes[40] = (bytes[40] as number) ^ 1;
      writeFileSync(join(folder, SEGMENT), bytes);
    },
    /what is here is not what was signed/,
  ],
  'a segment is another one': [
    (folder) => copyFileSync(join(folder, 'journal-00000002.jsonl.zst'), join(folder, SEGMENT)),
    /what is here is not what was signed/,
  ],
  'a segment is removed': [(folder) => rmSync(join(folder, SEGMENT)), /no event says that a rule let all of them go/],
  'leaf hashes stand in the place of events': [
    (folder) => thinSegment(systemDisk, folder, 1, [[2, 3]]),
    /no event says that a rule let all of them go/,
  ],
  'a seal is removed': [(folder) => rmSync(join(folder, 'journal-00000001.seal')), /not here any more/],
  'a seal is that of another segment': [
    (folder) => copyFileSync(join(folder, 'journal-00000002.seal'), join(folder, 'journal-00000001.seal')),
    /another seal of this segment/,
  ],
};

for (const [way, [change, why]] of Object.entries(WAYS))
  for (const forgets of [false, true])
    test(`${way}${forgets ? ', and what was copied is forgotten' : ''}: the copy stays as it is, and it is told`, async (t) => {
      const { folder, far, before, again } = await copied(t);
      await change(folder);
      if (forgets) for (const end of ['', '-wal', '-shm']) rmSync(join(folder, `places.db${end}`), { force: true });
      const { faults } = await again();
      assert.deepEqual(filesIn(far), before);
      // Where nothing is remembered, a file that is not here belongs nowhere: the chain itself tells that it is gone.
      if (!forgets || faults.length > 0)
        assert.match(faults.map(({ why: told }) => told).join('; '), forgets ? /./ : why);
    });

test('lines in the place of others, in a chain that goes on behind leaf hashes, are not what was signed', async (t) => {
  const { folder, far, before, again } = await copied(t);
  const seal = sealOf(folder, 1) as Seal;
  let text = '';
  for await (const chunk of readSegmentFile(folder, 1)) text += Buffer.from(chunk).toString();
  const whole = text.split('\n');
  const first = Buffer.from(whole[0] as string);
  const forged = sealEvent(checkLine(CHAIN_START, first) as ChainHead, {
    type: 'retention.applied',
    at: NOW,
    rules: ['keep/all'],
    reason: 'rule',
    events: [[1, 1_000]],
    bodies: [],
  }).line.trimEnd();
  const leaves = whole.slice(2, -1).map((line) => leafHash(Buffer.from(line)));
  const packed = new PackedLines();
  const lines = [String(first), forged, goneLine(seal.from + 2, leaves, seal.chain)];
  const frames = lines.flatMap((line) => [...packed.add(Buffer.from(line))]);
  writeFileSync(join(folder, SEGMENT), Buffer.concat([...frames, packed.end()]));
  const reading = readChain(readSegmentFile(folder, 1));
  let step = await reading.next();
  while (!step.done) step = await reading.next();
  assert.deepEqual([step.value.fault, step.value.head.hash], [undefined, seal.chain], 'the chain alone does not tell');
  assert.equal(await readSigned(folder, seal), false);
  await assert.rejects(segmentLines(folder, seal), /is not what was signed/);
  assert.match((await again()).faults[0]?.why ?? '', /not what was signed/);
  assert.deepEqual(filesIn(far), before);
});

test('a journal that was made anew with the same key changes nothing at a place that has the one before', async (t) => {
  const { folder, far, before, again } = await copied(t);
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
  await writeSealed(
    folder,
    days(4).map((events) => events.map((event) => ({ ...event, at: event.at + 1 }))),
  );
  const { faults } = await again();
  assert.deepEqual(filesIn(far), before);
  assert.deepEqual(
    faults.map(({ file, why }) => [file, why]),
    [1, 3].map((n) => [`journal-0000000${n}.seal`, 'the place has another seal of this segment']),
  );
});

test('what no key of the journal signed is copied nowhere', async (t) => {
  const { folder, far, before, again } = await copied(t);
  const { privateKey } = generateKeyPairSync('ed25519');
  await writeSealed(folder, [[...(days(1)[0] as Event[])].map((event) => ({ ...event, at: NOW }))], privateKey);
  const { faults } = await again();
  assert.deepEqual(filesIn(far), before);
  assert.match(faults[0]?.why ?? '', /no key of this journal signed it/);
});

/** Says in the journal that events go, as a gateway would, and takes them out. */
async function sayGone(folder: string, isSealed: boolean): Promise<void> {
  assert.deepEqual(await keepRules(folder, [SHORT], NOW), []);
  if (isSealed) await writeSealed(folder, [[]]);
}

test('what a rule in force holds or keeps stays at the place, though the journal’s own signed word let it go', async (t) => {
  for (const kept of [HELD, { ...PLACED, keepForMs: 100 * DAY_MS }] as const) {
    const { folder, far, before, again } = await copied(t);
    await sayGone(folder, true);
    assert.ok(!readdirSync(folder).includes(SEGMENT), 'gone here');
    const { faults } = await again([PLACED, SHORT, kept]);
    assert.deepEqual(faults, []);
    // What is held is there; what the journal says of itself in that segment went with the rest of it.
    const { faults: later } = await again([PLACED, SHORT, kept], NOW + 30 * DAY_MS);
    assert.deepEqual(later, []);
    assert.ok(readdirSync(far).includes(SEGMENT), kept.id);
    assert.equal(filesIn(far).get('journal-00000003.jsonl.zst'), before.get('journal-00000003.jsonl.zst'));
    await again(RULES, NOW + 60 * DAY_MS);
    assert.ok(!readdirSync(far).includes(SEGMENT), 'no rule keeps it any more');
  }
});

test('a word that is not signed lets nothing go at the place', async (t) => {
  const { folder, far, before, again } = await copied(t);
  await sayGone(folder, false);
  assert.deepEqual(await again(), { sent: 0, faults: [] });
  assert.deepEqual(filesIn(far), before);
});

test('behind a sealed segment that does not hold, no word counts', async (t) => {
  const { folder, far, before, again } = await copied(t);
  await sayGone(folder, true);
  const bytes = readFileSync(join(folder, 'journal-00000004.jsonl.zst'));
  bytes[40] = (bytes[40] as number) ^ 1;
  writeFileSync(join(folder, 'journal-00000004.jsonl.zst'), bytes);
  await again();
  assert.deepEqual(filesIn(far), before);
});

function recorded(n: number, pieces: readonly PieceRef[]): Event {
  const at = START_AT + n * DAY_MS;
  const end = { isWhole: true, bytes: 1 };
  const what = { part: 'reply', form: 'body', mediaType: 'text/plain', bytes: 1, end } as const;
  return { type: 'exchange.recorded', at, exchange: exchangeId(n), pieces, ...what };
}

/** A journal with eight packs of one piece each, of which the second is named twice. */
async function withPacks(t: TestContext, rules: readonly RetentionRule[]) {
  const [folder, far] = [folderFor(t), folderFor(t)];
  const packs = new PackWriter(folder, undefined, { packBytesMax: 1 });
  const refs = Array.from({ length: 8 }, (_, n) => packs.put(Buffer.from(`body ${n}`.repeat(50))));
  packs.close();
  const at = (n: number) => START_AT + n * DAY_MS;
  const segments = refs.map((ref, n) => [
    begun(n, { at: at(n) }),
    recorded(n, n === 7 ? [ref, refs[1] as PieceRef] : [ref]),
    { ...ended(n), at: at(n) + 5 },
  ]);
  await writeSealed(folder, segments);
  agePacks(folder);
  const again = async (inForce = rules, now = at(8)) => {
    const mirror = new Mirror(folder, new Map([['far', folderPlace(far)]]), trusted, () => now);
    try {
      return await mirror.copy(inForce);
    } finally {
      mirror.close();
    }
  };
  assert.deepEqual((await again()).faults, []);
  return { folder, far, again, before: filesIn(far), at };
}

const pack = (n: number) => `pieces-0000000${n}.zst`;
const EVERYTHING: RetentionRule = { ...PLACED, id: 'keep/placed', keepForMs: 1_000 * DAY_MS };
const BODIES: RetentionRule = { ...SHORT, id: 'keep/bodies', of: 'bodies', keepForMs: 4 * DAY_MS };

test('a pack that is changed or removed here stays at the place, and it is told', async (t) => {
  const { folder, far, before, again } = await withPacks(t, [EVERYTHING]);
  rmSync(join(folder, pack(1)));
  const bytes = readFileSync(join(folder, pack(3)));
  bytes[9] = (bytes[9] as number) ^ 1;
  writeFileSync(join(folder, pack(3)), bytes);
  const { faults } = await again();
  assert.deepEqual(filesIn(far), before);
  assert.deepEqual(
    faults.map(({ file, why }) => [file, why]),
    [1, 3].map((n) => [pack(n), 'the piece at byte 0 is not the same here and there']),
  );
});

test('pieces go at the place where signed words let them go and nothing that stays names them, and not while a rule holds them', async (t) => {
  const { folder, far, before, again, at } = await withPacks(t, [EVERYTHING]);
  assert.deepEqual(await keepRules(folder, [EVERYTHING, BODIES], at(8)), []);
  assert.ok(!readdirSync(folder).includes(pack(1)), 'gone here');
  assert.deepEqual((await again()).faults, []);
  assert.deepEqual(filesIn(far), before, 'the word is not signed yet');
  await writeSealed(folder, [[]]);
  const later = at(8) + DAY_MS;
  assert.deepEqual((await again([EVERYTHING, BODIES, HELD], later)).faults, []);
  assert.deepEqual([...filesIn(far).keys()], [...before.keys()], 'held');
  assert.deepEqual((await again([EVERYTHING, BODIES], later + 2 * DAY_MS)).faults, []);
  const left = readdirSync(far).filter((name) => name.startsWith('pieces-'));
  assert.deepEqual(left, [pack(2), pack(5), pack(6), pack(7)]);
});

test('notes of keys at the place only grow', async (t) => {
  const { folder, far, again } = await copied(t);
  const { privateKey: next } = generateKeyPairSync('ed25519');
  const notes = join(folder, 'keys.jsonl');
  const keys = (origin: string) => trustedKeys(verifierKey(origin, SIGNING_KEY), readFileSync(notes, 'utf8'));
  writeFileSync(notes, `${keyNote('sallyport/gw', SIGNING_KEY, next)}\n`);
  assert.deepEqual(await again(RULES, NOW, keys), { sent: 1, faults: [] });
  const { privateKey: third } = generateKeyPairSync('ed25519');
  appendFileSync(notes, `${keyNote('sallyport/gw', next, third)}\n`);
  assert.deepEqual(await again(RULES, NOW, keys), { sent: 1, faults: [] });
  const grown = readFileSync(join(far, 'keys.jsonl'));
  assert.ok(grown.equals(readFileSync(notes)));
  for (const change of [() => writeFileSync(notes, '{}\n'), () => rmSync(notes)]) {
    change();
    const { faults } = await again();
    assert.equal(faults[0]?.file, 'keys.jsonl');
    assert.ok(grown.equals(readFileSync(join(far, 'keys.jsonl'))));
  }
});
