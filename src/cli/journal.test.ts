import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { begun, ended, exchangeId, permitted, START_AT, sessionId } from '../../test/support/journal-events.ts';
import { CHAIN_START, type ChainHead, sealEvent } from '../recording/chain.ts';
import type { Event } from '../recording/event.ts';
import { segmentName } from '../recording/segment-name.ts';
import { CliError } from './cli-error.ts';
import { verifyJournal } from './journal.ts';
import { readJournal } from './read-journal.ts';

const root = mkdtempSync(join(tmpdir(), 'sallyport-cli-'));
after(() => rmSync(root, { recursive: true, force: true }));

const HOSTILE = 'web\u001b]0;owned\u0007\u009b31m\u202egnp.exe';

/** Two segments. */
function twoSegments(): Event[][] {
  const hostile = begun(3);
  return [
    [begun(1), permitted(1), ended(1)],
    [
      begun(2),
      ended(2, {
        kind: 'refused',
        code: 'DENIED_BY_RULE',
        status: 403,
        message: `no ${HOSTILE}`,
        detail: `it ${HOSTILE}`,
      }),
      {
        ...hostile,
        operation: {
          ...(hostile.operation as NonNullable<typeof hostile.operation>),
          name: HOSTILE,
          stream: { argv: ['sh', HOSTILE], tty: true },
        },
      },
      ended(3, { kind: 'abandoned' }),
    ],
  ];
}

/** A journal of these segments. */
function journal(segments: readonly Event[][] = twoSegments()): string {
  const folder = mkdtempSync(join(root, 'journal-'));
  let head: ChainHead = CHAIN_START;
  segments.forEach((events, i) => {
    const first: Event = {
      type: 'journal.segment',
      at: 1,
      format: 'sallyport-journal/1',
      gateway: 'gw',
      segment: i + 1,
      previous: head.hash,
      carried: 0,
    };
    let text = '';
    for (const event of [first, ...events]) {
      const sealed = sealEvent(head, event);
      text += sealed.line;
      head = sealed.head;
    }
    writeFileSync(join(folder, segmentName(i + 1)), text);
  });
  return folder;
}

function sallyport(...args: readonly string[]) {
  const main = join(import.meta.dirname, '../main/cli.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('a whole journal verifies, and its head is that of its last line', async () => {
  const folder = journal();
  const found = await verifyJournal(folder);
  assert.deepEqual([found.holds, found.segments, found.events, found.first?.seq, found.last?.seq], [true, 2, 9, 1, 9]);
  assert.ok(readFileSync(join(folder, segmentName(2)), 'utf8').endsWith(`"hash":"${found.head}"}\n`));
});

test('T62: where a journal was changed is told exactly', async () => {
  const changes: [string, (folder: string) => void, RegExp | undefined][] = [
    [
      'a byte',
      (folder) => edit(folder, 1, (text) => text.replace('web-1', 'web-9')),
      /journal-00000001\.jsonl, line 2 \(byte \d+\): these are not the bytes .* event 2; the 1 line before it hold/,
    ],
    [
      'a byte of the last hash',
      (folder) => edit(folder, 2, (text) => text.replace(/.("\}\n)$/, 'g$1')),
      /journal-00000002\.jsonl, line 5 .* event 9/,
    ],
    [
      'a line taken out',
      (folder) => edit(folder, 2, (text) => text.replace(/\n.*\n/, '\n')),
      /journal-00000002\.jsonl, line 2 .*event 7 follows event 5, those between are missing/,
    ],
    ['a torn end', (folder) => appendFileSync(join(folder, segmentName(2)), '{"seq":10'), /line 6 .* unfinished/],
    [
      'an unfinished segment before the last',
      (folder) => appendFileSync(join(folder, segmentName(1)), '{"seq":5'),
      /journal-00000001\.jsonl, line 5 .* unfinished/,
    ],
    [
      'an empty segment',
      (folder) => writeFileSync(join(folder, segmentName(3)), ''),
      /journal-00000003\.jsonl, line 1 \(byte 0\)/,
    ],
    ['the first segment taken away', (folder) => unlinkSync(join(folder, segmentName(1))), undefined],
  ];
  for (const [what, change, sentence] of changes) {
    const folder = journal();
    change(folder);
    const found = await verifyJournal(folder);
    assert.equal(found.holds, sentence === undefined, what);
    if (sentence !== undefined) assert.match(found.sentence, sentence, what);
  }
});

function edit(folder: string, segment: number, change: (text: string) => string): void {
  const path = join(folder, segmentName(segment));
  writeFileSync(path, change(readFileSync(path, 'utf8')));
}

test('a line that a running gateway is in the middle of writing is read once it is whole', async () => {
  const folder = journal();
  const path = join(folder, segmentName(2));
  const whole = readFileSync(path);
  writeFileSync(path, whole.subarray(0, -50));
  const seen: number[] = [];
  const end = await readJournal(folder, (_, seq) => {
    seen.push(seq);
    if (seq === 8) setImmediate(() => appendFileSync(path, whole.subarray(-50)));
  });
  assert.deepEqual([end.fault, seen], [undefined, [1, 2, 3, 4, 5, 6, 7, 8, 9]]);
});

test('the journal of a worker that is gone whole, or in the place of another, is told by those beside it', () => {
  const started = (number: number): Event => ({
    ...{ type: 'gateway.started', at: START_AT, version: '0', openGuards: [] },
    worker: { number, of: 3 },
  });
  const of = (number: number) => journal([[started(number), begun(number), ended(number)]]);
  const folder = of(1);
  for (const number of [2, 3]) renameSync(of(number), join(folder, `worker-${number}`));
  const verify = (...more: string[]) => sallyport('journal', 'verify', '--journal', folder, ...more);
  assert.match(verify().stdout, /\nall 3 journals hold\n$/);
  renameSync(join(folder, 'worker-3'), join(folder, 'aside'));
  const gone = verify();
  assert.equal(gone.status, 1);
  assert.match(gone.stdout, /\nBROKEN: .*worker-3 is not here, though a worker has written it\n$/);
  assert.deepEqual(JSON.parse(verify('-o', 'json').stdout).missing, [join(folder, 'worker-3')]);
  assert.equal(verify('--worker', '2').status, 0, 'asked of one alone');
  renameSync(of(2), join(folder, 'worker-3'));
  const swapped = verify();
  assert.equal(swapped.status, 1);
  assert.match(swapped.stdout, /BROKEN: it is the journal of worker 2\n/);
  for (const name of ['worker-2', 'worker-3']) rmSync(join(folder, name), { recursive: true });
  assert.match(verify().stdout, /BROKEN: .*worker-2 is not here.*, .*worker-3 is not here/);
});

test('no folder, or none that holds a journal, is a mistake of the call', async () => {
  await assert.rejects(verifyJournal(join(root, 'nowhere')), CliError);
  await assert.rejects(verifyJournal(root), CliError);
});

test('the commands print what stands there, in exit codes too, and nothing that a terminal would obey (T54)', () => {
  const folder = journal();
  const session = sessionId(1);
  const verified = sallyport('journal', 'verify', '--journal', folder);
  assert.deepEqual([verified.status, verified.stderr], [0, '']);
  assert.match(verified.stdout, /the chain holds\n$/);
  const listed = sallyport('sessions', 'list', '--journal', folder);
  assert.match(listed.stdout, new RegExp(`${session} .* ci:deployer +prod +3 +1 +1 +0 +0 +0\n$`));
  const shown = sallyport('sessions', 'show', session, '--journal', folder);
  assert.match(shown.stdout, /get +deployments\.apps +default\/web-1 +answered +200 +read +5\n/);
  assert.match(shown.stdout, /\n {4}DENIED_BY_RULE: no web\\u001b.* \(it web\\u001b.*\)\n/);
  assert.match(shown.stdout, /\n {4}runs "sh" "web\\u001b/);
  const json = sallyport('sessions', 'show', session, '--journal', folder, '-o', 'json');
  const { items, next } = JSON.parse(json.stdout);
  assert.equal(items[2].begun.operation.name, HOSTILE);
  assert.deepEqual([items.map(({ id }: { id: string }) => id), next], [[1, 2, 3].map(exchangeId), null]);
  for (const { stdout } of [listed, shown, json]) assert.doesNotMatch(stdout, /[^\P{C}\n]/u);

  edit(folder, 2, (text) => text.replace('web-2', 'web-3'));
  const broken = sallyport('journal', 'verify', '--journal', folder, '-o', 'json');
  assert.deepEqual([broken.status, JSON.parse(broken.stdout).fault.line], [1, 2]);
  const part = sallyport('sessions', 'list', '--journal', folder);
  assert.equal(part.status, 1);
  assert.match(part.stderr, /does not hold, and what follows is not shown/);
  assert.equal(sallyport('sessions', 'show', 'nobody', '--journal', folder).status, 2);
  assert.equal(sallyport('sessions', 'list', '--journal', folder, '--since', 'soon').status, 2);
});

test('what was asked where no target is has a dash in the list, and is said so', () => {
  const { operation: _, ...nowhere } = begun(1, { target: '' });
  const outcome = { kind: 'refused', code: 'TARGET_UNKNOWN', status: 404, message: 'no target' } as const;
  const folder = journal([[nowhere, ended(1, outcome)]]);
  assert.match(sallyport('sessions', 'list', '--journal', folder).stdout, / ci:deployer +- +1 +1 +0 +0 +0 +0\n$/);
  const shown = sallyport('sessions', 'show', sessionId(1), '--journal', folder).stdout;
  assert.match(shown, /^session \w+: ci:deployer \(main\) on no target\n/);
});

test('what was asked too fast has no exchange, and is shown with those before it', () => {
  const { caller } = begun(1);
  const throttled: Event = { type: 'caller.throttled', at: START_AT + 9, caller, since: START_AT + 8, requests: 7 };
  const folder = journal([[begun(1), ended(1), throttled]]);
  assert.match(sallyport('sessions', 'list', '--journal', folder).stdout, / prod +1 +0 +0 +0 +0 +7\n$/);
  assert.match(
    sallyport('sessions', 'show', sessionId(1), '--journal', folder).stdout,
    /\n {4}CALLER_THROTTLED: from .*\.008Z to .*\.009Z the caller asked too fast: 7 requests, on whatever target, were refused\n$/,
  );
});
