// `sallyport approvals`, as a program of its own before a real gateway: who asks, and who answers.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startChild } from '../support/child.ts';
import { type CommandWorld, startCommandWorld } from '../support/command-world.ts';
import { CLI } from '../support/gateway-process.ts';
import type { SmallWorld } from '../support/small-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
rules:
  - id: held
    effect: hold
    reason: others read it
    verbs: [patch, delete]
    apiGroups: [""]
    resources: [configmaps]
    hold: { approvers: [{ groups: [leads] }] }
`;

let commands: CommandWorld;
let world: SmallWorld;

before(async () => {
  commands = await startCommandWorld({ policy: POLICY }, { lea: ['leads'] }, 'lea');
  world = commands.world;
});
after(() => commands.stop());

const asCaller = () => commands.as('dev');
const approvals: CommandWorld['run'] = (args, more) => commands.run(['approvals', ...args], more);
const json: CommandWorld['json'] = (args, more) => commands.json(['approvals', ...args], more);

const send = async (value: string) =>
  world.ask({
    token: await world.token('dev'),
    method: 'PATCH',
    uri: '/api/v1/namespaces/shop/configmaps/settings',
    headers: {
      'content-type': 'application/merge-patch+json',
      'user-agent': 'kubectl/v1.35.4 (linux/amd64) kubernetes/abc1234',
    },
    body: JSON.stringify({ data: { CURRENCY: value } }),
  });

/** The id of the question that waits. */
async function waiting(): Promise<string> {
  for (;;) {
    const { items } = await json(['list', '--state', 'pending']);
    if (items.length > 0) return items[0].id;
  }
}

test('T78: show prints all of a question: the risk, who asks for what, the difference, and the digest', async () => {
  const reply = send('USD');
  const id = await waiting();
  const { code, output } = await approvals(['approve', id, '--reason', 'agreed']);
  assert.equal(code, 0, output);
  for (const line of [
    /^risk: plain$/m,
    /^ci:dev \(autonomous, /m,
    /^ {2}patch configmaps `settings` in namespace `shop`$/m,
    /^ {2}\/data\/CURRENCY\n {2}- "EUR"\n {2}\+ "USD"$/m,
    /^rule p\/held \(others read it\): 1 of .*`leads`; 1 missing$/m,
    /^digest [0-9a-f]{64}$/m,
    /\napproved\n$/,
  ])
    assert.match(output, line);
  assert.equal((await reply).status, 200);
  const listed = await approvals(['list']);
  assert.match(listed.output, /approved, ran \(200\) +ci:dev +demo +patch configmaps `settings`/);
});

test('an answer with the digest of something else is none; a no tells its reason', async () => {
  const reply = send('GBP');
  const id = await waiting();
  const other = await approvals(['approve', id, '--digest', '0'.repeat(64)]);
  assert.equal(other.code, 2, other.output);
  assert.match(other.output, /not the one with this digest/);
  const own = await approvals(['approve', id], asCaller());
  assert.equal(own.code, 1, own.output);
  assert.match(own.output, /ANSWER_REFUSED/);
  const { digest } = await json(['show', id]);
  const no = await json(['reject', id, '--digest', digest, '--reason', 'not in euros']);
  assert.deepEqual([no.state, no.answers[0].reason], ['rejected', 'not in euros']);
  assert.match((await reply).body, /not in euros/);
  const late = await approvals(['approve', id]);
  assert.equal(late.code, 1);
  assert.match(late.output, /ANSWER_LATE/);
});

test('wait ends with the answer, 0 for a yes and 1 for a no; watch prints each change where no terminal is', async () => {
  const [program, ...first] = CLI;
  const watching = startChild(program, [...first, 'approvals', 'watch'], { env: { ...process.env, ...commands.env } });
  const listening = startChild(program, [...first, 'approvals', 'watch', '-o', 'json'], {
    env: { ...process.env, ...commands.env },
  });
  const outcomes: unknown[] = [];
  for (const [value, answer] of [
    ['CHF', 'approve'],
    ['DKK', 'reject'],
  ] as const) {
    const reply = send(value);
    const id = await waiting();
    const waited = approvals(['wait', id], asCaller());
    await approvals([answer, id]);
    outcomes.push((await waited).code);
    await reply;
  }
  assert.deepEqual(outcomes, [0, 1]);
  await watching.until(/rejected +ci:dev/);
  await listening.until(/"state":"rejected"/);
  for (const child of [watching, listening]) {
    child.kill('SIGTERM');
    await child.ended;
  }
});
