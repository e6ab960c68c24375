// `sallyport approvals delegate`, `delegations`, `take-back` and `break-glass`, as programs of their own before a real gateway.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type CommandWorld, startCommandWorld } from '../support/command-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops, leads] }]
targets: [demo]
rules:
  - id: held
    effect: hold
    verbs: [delete]
    apiGroups: [""]
    resources: [configmaps]
    hold: { approvers: [{ groups: [leads] }], delegate: true, breakGlass: { callers: [{ groups: [leads] }] } }
`;

let commands: CommandWorld;

before(async () => {
  commands = await startCommandWorld({ policy: POLICY }, { lea: ['leads'], max: [] }, 'lea');
});
after(() => commands.stop());

const remove = async (token: string, name: string) =>
  commands.world.ask({
    token,
    method: 'DELETE',
    uri: `/api/v1/namespaces/shop/configmaps/${name}`,
    headers: { 'user-agent': 'kubectl/v1.35.4' },
  });

/** The id of the question that waits, as somebody sees it. */
async function waiting(who: string): Promise<string> {
  for (;;) {
    const { items } = await commands.json(['approvals', 'list', '--state', 'pending'], commands.as(who));
    if (items.length > 0) return items[0].id;
  }
}

test('an approver hands on what they answer, who is named answers, and it is taken back', async () => {
  const args = ['approvals', 'delegate', '--to', 'p:max', '--for', '2h', '--rule', 'p/held', '--reason', 'on leave'];
  const given = await commands.json(args);
  assert.deepEqual([given.state, given.to.subject, given.rules], ['live', 'p:max', ['p/held']]);
  const reply = remove(await commands.world.token('dev'), 'one');
  const id = await waiting('max');
  const { code, output } = await commands.run(['approvals', 'reject', id, '--reason', 'not today'], commands.as('max'));
  assert.equal(code, 0, output);
  assert.match((await reply).body, /not today/);
  const shown = await commands.run(['approvals', 'show', id]);
  assert.match(shown.output, /reject by p:max, in the place of p:lea, at /);
  const listed = await commands.run(['approvals', 'delegations'], commands.as('max'));
  assert.match(listed.output, /live +p:lea +p:max +p\/held/);
  const back = await commands.json(['approvals', 'take-back', given.id]);
  assert.deepEqual([back.state, back.endedBy], ['ended', 'p:lea']);
  const nothing = await commands.run(args.toSpliced(3, 1, 'p:lea'));
  assert.equal(nothing.code, 1);
  assert.match(nothing.output, /ANSWER_REFUSED/);
});

test('break-glass prints the question whole, and tells why it does not go through', async () => {
  const reply = remove(await commands.world.token('dev'), 'two');
  const id = await waiting('lea');
  const { code, output } = await commands.run([
    'approvals',
    'break-glass',
    id,
    '--reason',
    'INC-4711: the queue is stuck',
  ]);
  assert.equal(code, 1, output);
  assert.match(output, /delete configmaps `two`/);
  assert.match(output, /you do not go through this alone/);
  await commands.run(['approvals', 'reject', id]);
  assert.equal((await reply).status, 403);
});
