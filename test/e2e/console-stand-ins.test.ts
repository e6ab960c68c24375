// Stand-ins in the console, in two real browsers before a real gateway, store and provider: handed on, seen by both, answered in another's place, and taken back.

import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { type ConsoleBrowser, chromiumFor, startConsoleBrowser } from '../support/console-browser.ts';
import type { Person } from '../support/console-people.ts';
import { pressed } from '../support/pressed.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
roles: [{ role: operator, callers: [{ groups: [operators] }] }]
rules:
  - { id: free, effect: allow, verbs: [create], apiGroups: [""], resources: [configmaps] }
  - { id: lent, effect: hold, verbs: [delete], apiGroups: [""], resources: [configmaps], resourceNames: [lent], hold: { approvers: [{ groups: [leads] }], delegate: true } }
  - { id: two, effect: hold, verbs: [delete], apiGroups: [""], resources: [configmaps], resourceNames: [two], hold: { approvers: [{ groups: [leads] }], delegate: true } }
  - { id: own, effect: hold, verbs: [delete], apiGroups: [""], resources: [configmaps], resourceNames: [own], hold: { approvers: [{ groups: [leads] }] } }
`;

const program = chromiumFor('stand-ins in the console');
if (program !== undefined) suite('stand-ins in the console', () => inBrowser(program));

function inBrowser(chromium: string): void {
  let browser: ConsoleBrowser;
  let [lea, max, opal] = [] as unknown as [Person, Person, Person];
  before(async () => {
    const persons = [
      { subject: 'lea', groups: ['leads'] },
      { subject: 'max', groups: [] },
      { subject: 'opal', groups: ['operators'] },
    ];
    browser = await startConsoleBrowser(chromium, { policy: POLICY, persons });
    lea = await browser.signIn('lea', { viewport: { width: 1280, height: 900 } });
    max = await browser.signIn('max', { viewport: { width: 390, height: 844 } });
    opal = await browser.signIn('opal', { viewport: { width: 1280, height: 900 } });
    const { world } = browser.console;
    const body = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'lent' } });
    const headers = { 'user-agent': 'kubectl/v1.35.4', 'content-type': 'application/json' };
    const uri = '/api/v1/namespaces/shop/configmaps';
    assert.equal(
      (await world.ask({ token: await world.token('dev'), method: 'POST', uri, headers, body })).status,
      201,
    );
  });
  after(async () => {
    for (const person of [lea, max, opal]) await browser.leave(person);
    await browser.stop();
  });

  const at = ({ page }: Person, path: string) => page.goto(`${browser.console.consoleUrl}${path}`);

  /** What a program deletes, and the question of it, as `seenBy` sees it, once what it would do has been looked up. */
  async function asked(name: string, { page }: Person) {
    const { world } = browser.console;
    const token = await world.token('dev');
    const uri = `/api/v1/namespaces/shop/configmaps/${name}`;
    const ask = async () => {
      for (;;) {
        const reply = await world.ask({ token, method: 'DELETE', uri, headers: { 'user-agent': 'kubectl/v1.35.4' } });
        if (reply.status !== 429) return reply;
      }
    };
    const reply = ask();
    for (;;) {
      const id = (await page.evaluate(
        `fetch('/api/v1/approvals?state=pending').then((r) => r.json()).then(({ items }) => items.find(({ preview, shown }) => preview !== 'looking' && shown.operation.includes('${name}'))?.id)`,
      )) as string | undefined;
      if (id !== undefined) return { id, reply };
    }
  }

  test('who has nothing to hand on is told so, and what would let them', async () => {
    await at(max, '/stand-ins');
    await max.page.getByText('No rule lets you hand on what you answer').waitFor();
    await max.page.getByText('Nobody stands in for anybody').waitFor();
  });

  test('a person hands on one rule, from their menu; what is missing is said first', async () => {
    const { page } = lea;
    await page.getByRole('button', { name: /You and settings/ }).click();
    await page.getByRole('link', { name: 'Stand-ins' }).click();
    await page.getByRole('button', { name: 'Hand it on' }).click();
    await page.getByText('name the person').waitFor();
    await page.getByLabel('To whom').fill('p:max');
    await page.getByLabel('For how long').fill('2h');
    await page.getByLabel('p/lent').check();
    assert.equal(await page.getByLabel('p/own').count(), 0, 'a rule that does not let it');
    await page.getByLabel('Why').fill('on a train');
    await page.getByText('sallyport approvals delegate --to p:max --for 2h --rule p/lent').waitFor();
    await page.getByRole('button', { name: 'Hand it on' }).click();
    await page.getByText('Handed to p:max').waitFor();
    await page.getByRole('heading', { name: 'They answer for you' }).waitFor();
  });

  test('who was named sees it, and answers in the other’s place, which is said before and after', async () => {
    await at(max, '/stand-ins');
    await max.page.getByRole('heading', { name: 'You answer for' }).waitFor();
    const { id, reply } = await asked('lent', max);
    await at(max, '/');
    await max.page
      .getByText(/in the place of\s+p:lea/)
      .first()
      .waitFor();
    await at(max, `/approvals/${id}`);
    await max.page.getByText('your answer says so').waitFor();
    assert.equal(await pressed(max.page, /^(Approve|Press again)/, /\/approve$/), 200);
    assert.equal((await reply).status, 200);
    await max.page.getByText('approved by p:max in the place of p:lea').waitFor();
    await at(lea, `/approvals/${id}`);
    await lea.page.getByText('approved by p:max in the place of p:lea').waitFor();
  });

  test('what was not handed on is not theirs; an operator sees who stands in for whom; it is taken back with two presses', async () => {
    const { id, reply } = await asked('two', lea);
    await at(max, `/approvals/${id}`);
    await max.page.getByText('This could not be read').waitFor();

    await at(opal, '/stand-ins');
    await opal.page.getByRole('button', { name: 'Everybody’s' }).click();
    await opal.page.getByRole('heading', { name: 'Between others' }).waitFor();
    assert.equal(await opal.page.getByRole('button', { name: 'End it' }).count(), 1);

    await at(lea, '/stand-ins');
    assert.equal(
      await pressed(lea.page, /Take it back|Press again to take it back/, /\/delegations\/[^/]+\/end$/),
      200,
    );
    await lea.page.getByRole('heading', { name: 'Over' }).waitFor();
    const late = await asked('lent', lea);
    await at(max, '/');
    await max.page.getByText('Nothing waits for you').first().waitFor();
    await at(max, `/approvals/${late.id}`);
    await max.page.getByText('This could not be read').waitFor();
    for (const question of [{ id, reply }, late]) {
      await at(lea, `/approvals/${question.id}`);
      await lea.page.getByRole('button', { name: /^Approve: / }).waitFor();
      await lea.page.getByRole('button', { name: 'Reject', exact: true }).click();
      assert.equal(await pressed(lea.page, /^Reject it$/, /\/reject$/), 200);
      assert.equal((await question.reply).status, 403);
    }
  });
}
