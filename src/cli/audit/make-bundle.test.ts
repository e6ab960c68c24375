import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { EVERY_EVENT } from '../../../test/support/every-event.ts';
import { begun, ended, permitted, START_AT } from '../../../test/support/journal-events.ts';
import { leftOut } from '../../../test/support/left-out.ts';
import type { Event, ExchangeBegun } from '../../recording/event.ts';
import { CONTROLS } from '../../recording/evidence/controls.ts';
import { Evidence } from '../../recording/evidence/evidence.ts';
import { SHEETS } from '../../recording/evidence/sheets.ts';
import { openJournal } from '../../storage/open-journal.ts';
import { CliError } from '../cli-error.ts';
import { makeBundle } from './make-bundle.ts';
import { policyRows } from './policy-rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-audit-'));
after(() => rmSync(folder, { recursive: true }));

const { operation } = begun(1) as Required<ExchangeBegun>;
const HOSTILE = '=HYPERLINK("http://evil")';
const DAY = 86_400_000;

/** A change, a hostile refusal a day later, and the day after a read, and what was only planned: what policy would allow, and what it would not. */
const EVENTS: readonly Event[] = [
  { type: 'policy.loaded', at: START_AT, files: ['p.yaml'], rules: 1, digest: 'ab' },
  begun(1, { operation: { ...operation, verb: 'patch' } }),
  permitted(1),
  ended(1, undefined, { decision: { effect: 'allow', rule: 'deploys', approval: 'a1' } }),
  begun(2, { at: START_AT + DAY, operation: { ...operation, verb: 'delete', name: HOSTILE, namespace: '<b>' } }),
  ended(
    2,
    { kind: 'refused', code: 'DENIED_BY_RULE', status: 403, message: 'no, "never"' },
    { at: START_AT + DAY, decision: { effect: 'deny', rule: 'never' } },
  ),
  begun(3, { at: START_AT + 2 * DAY }),
  ended(3, undefined, { at: START_AT + 2 * DAY }),
  begun(4, { at: START_AT + 2 * DAY, planned: true, operation: { ...operation, verb: 'patch' } }),
  ended(4, { kind: 'refused', code: 'PLANNED', status: 403, message: 'only planned' }, { at: START_AT + 2 * DAY }),
  begun(5, { at: START_AT + 2 * DAY, planned: true, operation: { ...operation, verb: 'delete' } }),
  ended(
    5,
    { kind: 'refused', code: 'DENIED_BY_RULE', status: 403, message: 'no' },
    { at: START_AT + 2 * DAY, decision: { effect: 'deny', rule: 'never' } },
  ),
];

const journal = join(folder, 'journal');
let now = START_AT;
const clock = { now: () => now, monotonic: () => now };
const limits = { segmentBytesMax: 1_500, freeBytesMin: 0 };
const opened = await openJournal({ folder: journal, gateway: 'gw<1>', clock, limits });
for (const event of EVENTS) {
  now = event.at;
  await opened.append(event).synced();
}
await opened.close();

const allLines = () => read(join(folder, 'all'), 'journal.jsonl').trimEnd().split('\n');
const read = (bundle: string, name: string) => readFileSync(join(bundle, name), 'utf8');
const all = { journal, sinceMs: 0, untilMs: Number.MAX_SAFE_INTEGER / 1_000 };

test('a bundle says who, by which rule and approval, and is safe to open in a spreadsheet and a browser', async () => {
  const bundle = join(folder, 'all');
  const { holds } = await makeBundle(bundle, all);
  assert.ok(holds);
  const [head, row] = read(bundle, 'changes.csv').split('\r\n');
  assert.equal(head, SHEETS.changes.columns.join(','));
  assert.match(row ?? '', /,ci:deployer,main,prod,patch,deployments\.apps,default,web-1,answered,200,deploys,,a1,/);
  const refused = read(bundle, 'refused.csv');
  assert.ok(refused.includes(`,"'=HYPERLINK(""http://evil"")",DENIED_BY_RULE,"no, ""never""",never,`), refused);
  assert.match(read(bundle, 'callers.csv'), /ci:deployer,main,autonomous,ci,[^,]+,[^,]+,5,2,1,0,2\r/);
  assert.equal(refused.split('\r\n').length, 3, 'a head, one refusal, and nothing of what was only planned');
  const planned = read(bundle, 'planned.csv').split('\r\n');
  assert.match(planned[1] ?? '', /,prod,patch,deployments\.apps,default,web-1,PLANNED,only planned,/);
  assert.match(planned[2] ?? '', /,prod,delete,deployments\.apps,default,web-1,DENIED_BY_RULE,no,never,/);
  const page = read(bundle, 'index.html');
  assert.ok(page.includes('gw&#60;1&#62;') && !/<script|<b>|gw<1>/.test(page));
  for (const [, name] of page.matchAll(/href="([^"]+)"/g)) assert.ok(readdirSync(bundle).includes(name ?? ''));
  assert.deepEqual(read(bundle, 'controls.csv').trimEnd().split('\r\n').length, CONTROLS.length + 1);
  await assert.rejects(makeBundle(bundle, all), CliError);
});

if (spawnSync('python3', ['--version']).status !== 0)
  leftOut('the script of an auditor’s bundle', 'apt-get install python3');
else
  test('a bundle is checked by its own script, which needs nothing of ours and finds each changed byte', async () => {
    const bundle = join(folder, 'part');
    await makeBundle(bundle, { journal, sinceMs: START_AT + DAY, untilMs: START_AT + 2 * DAY });
    const check = () => spawnSync('python3', [join(bundle, 'verify.py')], { encoding: 'utf8' });
    const first = check();
    assert.equal(first.status, 0, first.stderr);
    const lines = read(bundle, 'journal.jsonl').trimEnd().split('\n');
    assert.match(
      first.stdout,
      new RegExp(
        `^${lines.length} events hold, up to event \\d+; the last hash is ${JSON.parse(lines.at(-1) ?? '').hash}`,
      ),
    );
    assert.ok(lines.length < allLines().length && JSON.parse(lines[0] ?? '').seq > 1, 'whole segments of that time');
    assert.match(read(bundle, 'changes.csv'), /^at,[^\n]*\r\n$/);
    const sums = read(bundle, 'SHA256SUMS');
    const text = read(bundle, 'journal.jsonl');
    for (let at = 0; at < text.length; at += 397) {
      const changed = Buffer.from(text);
      changed[at] = (changed[at] as number) ^ 1;
      writeFileSync(join(bundle, 'journal.jsonl'), changed);
      writeFileSync(
        join(bundle, 'SHA256SUMS'),
        sums
          .split('\n')
          .filter((line) => !line.endsWith('journal.jsonl'))
          .join('\n'),
      );
      assert.notEqual(check().status, 0, `byte ${at}`);
    }
    writeFileSync(join(bundle, 'journal.jsonl'), text);
    writeFileSync(join(bundle, 'SHA256SUMS'), sums);
    writeFileSync(join(bundle, 'changes.csv'), 'nothing');
    assert.match(check().stderr, /changes\.csv: these are not the bytes/);
  });

test('every event that bears on access has a row, with a cell for each column', () => {
  const evidence = new Evidence(0, Number.POSITIVE_INFINITY);
  const rows = [...EVERY_EVENT.flatMap((event, i) => evidence.take(event, i)), ...evidence.callers()];
  for (const { sheet, cells } of rows) assert.equal(cells.length, SHEETS[sheet].columns.length, sheet);
  assert.deepEqual([...new Set(rows.map(({ sheet }) => sheet))].sort(), Object.keys(SHEETS).sort());
});

test('rules are told as they are written', () => {
  const rows = policyRows(`metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [prod]
rules:
  - { id: r, effect: hold, verbs: [delete], resources: [pods], hold: { quorum: 2 } }
`);
  assert.deepEqual(rows, [
    ['p', 'r', 'hold', '[{"groups":["ops"]}]', 'prod', '', 'delete', '', 'pods', '', '', '{"hold":{"quorum":2}}'],
  ]);
});
