import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { leftOut } from '../../test/support/left-out.ts';
import type { Config } from '../config/load.ts';
import type { PolicyDesk } from '../control/policy-routes.ts';
import type { Refusal } from '../model/refusal.ts';
import { processorMs } from '../std/processor-time.ts';
import { deskCommand, type Outcome } from './desk-command.ts';
import { DESK_LIMITS, policyDesk } from './policy-desk.ts';
import { version } from './version.ts';

const { proposalBytesMax, proposalLinesMax } = DESK_LIMITS;
/** Nothing of it is read: what is beyond the bounds is refused before. */
const NOWHERE = { file: '/nowhere/sallyport.yaml', dataFolder: '/nowhere' } as Config;

const ROWS: readonly (readonly [string, readonly string[]])[] = [
  ['bytes', ['x'.repeat(proposalBytesMax + 1)]],
  ['bytes of several files', ['x'.repeat(proposalBytesMax), 'x']],
  ['bytes of characters that have several', ['…'.repeat(proposalBytesMax / 2)]],
  ['lines', ['\n'.repeat(proposalLinesMax)]],
  ['lines of several files', ['\n'.repeat(proposalLinesMax / 2), '\n'.repeat(proposalLinesMax / 2)]],
];

for (const [what, texts] of ROWS)
  test(`a proposal of too many ${what} is refused before anything is made of it`, async () => {
    const files = texts.map((text, i) => ({ file: `${i}.yaml`, text }));
    await assert.rejects(policyDesk(NOWHERE).tryOut({ files, since: '7d' }), {
      code: 'REQUEST_MALFORMED',
      message: /at most 262144 bytes and 10000 lines together/,
    });
  });

test('what runs at once fits beside the gateway in the container of the chart', () => {
  const chart = readFileSync(new URL('../../deploy/chart/values.yaml', import.meta.url), 'utf8');
  const limitMib = Number(/limits: \{ memory: (\d+)Gi \}/.exec(chart)?.[1]) * 1024;
  assert.ok(DESK_LIMITS.atOnceMax * DESK_LIMITS.memoryMib <= limitMib / 4, `of ${limitMib} MiB`);
});

/** What is answered where every command comes to this. */
function deskThat(outcome: Outcome) {
  return policyDesk(NOWHERE, async () => outcome);
}

const said = (stderr: string): Outcome => ({ code: 2, stdout: '', stderr });
const WHY = { as: 'ci:dev', groups: [], command: 'get pods' };
const SENTENCES = {
  theirs: said('sallyport: `gte` is no verb of kubectl\n'),
  ours: said('sallyport: the journal in `/data/journal` does not hold: 000001.jsonl, line 7\n'),
  fault: said('sallyport: TypeError: x is undefined\n    at take (/app/dist/cli/policy/shadow-command.js:12:3)\n'),
};

test('words that are wrong are refused in the command’s own sentence', async () => {
  await assert.rejects(deskThat(SENTENCES.theirs).why(WHY), {
    code: 'REQUEST_MALFORMED',
    message: '`gte` is no verb of kubectl',
  });
});

test('what was right to ask and could not be answered is never told as a mistake of who asked, nor is a stack told', async () => {
  for (const stderr of [SENTENCES.ours, SENTENCES.fault])
    for (const ask of [
      (desk: PolicyDesk) => desk.shadow('7d'),
      (desk: PolicyDesk) => desk.narrower({ caller: '*', since: '7d' }),
    ])
      await assert.rejects(ask(deskThat(stderr)), ({ code, status, message, retryAfterSeconds }: Refusal) => {
        assert.deepEqual([code, status, retryAfterSeconds], ['POLICY_UNANSWERED', 503, 5]);
        return !message.includes('shadow-command');
      });
  for (const code of [1, 2])
    await assert.rejects(deskThat({ ...SENTENCES.fault, code }).why(WHY), { code: 'POLICY_UNANSWERED' });
});

const LIMITS = { ...DESK_LIMITS, processorMs: 600_000, commandMs: 600_000 };
for (const [what, limits] of [
  ['time', { ...LIMITS, commandMs: 1 }],
  ['room', { ...LIMITS, answerBytesMax: 10 }],
] as const)
  test(`a command that takes more ${what} than may be says nothing of the question: it may be asked again`, async () => {
    await assert.rejects(deskCommand(limits)(['--help'], '/'), { code: 'POLICY_UNANSWERED', status: 503 });
  });

test('a command that ends in order is answered with what it printed', async () => {
  const { code, stdout } = await deskCommand(LIMITS)(['--version'], '/');
  assert.deepEqual([code, stdout.trim()], [0, version()]);
  assert.equal((await deskCommand(LIMITS)(['policy', 'explain', '--nonsense'], '/')).code, 2);
});

if (processorMs(process.pid) === undefined) leftOut('the processor’s time that a question about policy takes', 'Linux');
else
  test('what a command takes of a processor is bounded, and not what it waits for it: a busy machine is no reason to give it up', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-desk-'));
    try {
      const limits = { ...LIMITS, processorMs: 1_000 };
      const written = (name: string, text: string) => {
        writeFileSync(join(folder, name), text);
        return deskCommand(limits, join(folder, name))([], folder);
      };
      const waits = written('waits.mjs', `setTimeout(() => console.log('an answer'), 2_000);`);
      await assert.rejects(written('works.mjs', 'for (;;);'), { code: 'POLICY_UNANSWERED', status: 503 });
      assert.deepEqual(await waits, { code: 0, stdout: 'an answer\n', stderr: '' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
