// Break glass in the console, in a real Chromium before a real gateway, store and provider: who may go through alone sees the way, others see that it was taken.

import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { type ConsoleBrowser, chromiumFor, startConsoleBrowser } from '../support/console-browser.ts';
import type { Person } from '../support/console-people.ts';
import { pressed } from '../support/pressed.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [on-call] }]
targets: [demo]
rules:
  - { id: free, effect: allow, verbs: [create], apiGroups: [""], resources: [configmaps] }
  - id: gone
    effect: hold
    verbs: [delete]
    apiGroups: [""]
    resources: [configmaps]
    hold: { approvers: [{ groups: [leads] }], breakGlass: { callers: [{ groups: [on-call] }] } }
`;

const WHY = 'INC-4711: nobody of the leads answers';

const program = chromiumFor('going through alone in the console');
if (program !== undefined) suite('going through alone in the console', () => inBrowser(program));

function inBrowser(chromium: string): void {
  let browser: ConsoleBrowser;
  let una: Person;
  let lea: Person;
  before(async () => {
    const persons = [
      { subject: 'una', groups: ['on-call'] },
      { subject: 'lea', groups: ['leads'] },
    ];
    browser = await startConsoleBrowser(chromium, { policy: POLICY, persons });
    una = await browser.signIn('una', { viewport: { width: 390, height: 844 } });
    lea = await browser.signIn('lea', { viewport: { width: 1280, height: 900 } });
  });
  after(async () => {
    await browser.leave(una);
    await browser.leave(lea);
    await browser.stop();
  });

  /** What una deletes by kubectl, and the question of it once what it would do has been looked up. */
  async function asked(name: string) {
    const { world, people } = browser.console;
    const token = await people.tokenFor('una', ['on-call']);
    const maps = '/api/v1/namespaces/shop/configmaps';
    const made = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
    const headers = { 'user-agent': 'kubectl/v1.35.4', 'content-type': 'application/json' };
    assert.equal((await world.ask({ token, method: 'POST', uri: maps, headers, body: made })).status, 201);
    const uri = `${maps}/${name}`;
    const ask = async () => {
      for (;;) {
        const reply = await world.ask({ token, method: 'DELETE', uri, headers: { 'user-agent': 'kubectl/v1.35.4' } });
        if (reply.status !== 429) return reply;
      }
    };
    const reply = ask();
    for (;;) {
      const found = (await una.page.evaluate(
        `fetch('/api/v1/approvals?own=true').then((r) => r.json()).then(({ items }) => items.find(({ state, preview, shown }) => state === 'pending' && preview !== 'looking' && shown.operation.includes('${name}'))?.id)`,
      )) as string | undefined;
      if (found !== undefined) return { id: found, reply };
    }
  }

  test('who asks sees the way on a phone, says why, presses twice, and follows it to its end; others see it for ever', async () => {
    const { page } = una;
    const { id, reply } = await asked('queue');
    await page.goto(browser.console.consoleUrl);
    await page.getByText('You asked it, and may go through alone').click();
    await page.waitForURL(new RegExp(`/approvals/${id}$`));
    await page.getByRole('button', { name: 'Go through alone…' }).waitFor();
    assert.equal(await page.getByRole('button', { name: /^Approve/ }).count(), 0, 'nobody answers their own');
    await page.getByRole('button', { name: 'Go through alone…' }).click();
    await page.getByText('It is marked with your name for ever').waitFor();
    const why = page.getByLabel('Why it cannot wait for anybody else');
    await why.fill('now');
    assert.equal(await page.getByRole('button', { name: /^Break the glass/ }).isEnabled(), false, 'no reason is that');
    await why.fill(WHY);
    // One press sends nothing.
    await page.getByRole('button', { name: /^Break the glass/ }).click();
    await page.getByRole('button', { name: /^Press again: delete configmaps/ }).waitFor();
    assert.equal(await pressed(page, /^(Break the glass|Press again)/, /\/break-glass$/), 200);
    assert.equal((await reply).status, 200);
    await page.getByText('p:una went through alone: nobody else said yes').waitFor();
    await page.getByText('the cluster answered 200').waitFor();

    await lea.page.reload();
    await lea.page.getByText('glass broken').first().waitFor();
    await lea.page.goto(`${browser.console.consoleUrl}/approvals/${id}`);
    await lea.page.getByText(WHY).waitFor();
  });

  test('who may answer it is offered no way round, and answers it as any other', async () => {
    const { id, reply } = await asked('cache');
    const { page } = lea;
    await page.goto(`${browser.console.consoleUrl}/approvals/${id}`);
    await page.getByRole('button', { name: /^Approve: / }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Go through alone…' }).count(), 0);
    assert.equal(await pressed(page, /^(Approve|Press again)/, /\/approve$/), 200);
    assert.equal((await reply).status, 200);
    await una.page.goto(`${browser.console.consoleUrl}/approvals/${id}`);
    await una.page.getByText('approved by p:lea').waitFor();
    assert.equal(await una.page.getByText('glass broken').count(), 0);
  });

  test('who signed in too long ago is led to sign in again, and back to the question', async () => {
    // What the page asks is answered otherwise once, by a fetch that knows nothing of the browser’s trust.
    const visit = await browser.signIn('una', { ignoreHTTPSErrors: true });
    const { page } = visit;
    const { id, reply } = await asked('flags');
    await page.route('**/api/v1/me', async (route) => {
      const answered = await route.fetch();
      const self = await answered.json();
      self.session.signedInAt = new Date(Date.now() - 16 * 60_000).toISOString();
      await route.fulfill({ response: answered, json: self });
    });
    await page.goto(`${browser.console.consoleUrl}/approvals/${id}`);
    const again = page.getByRole('link', { name: 'Sign in again, and come back here' });
    await again.waitFor();
    assert.equal(await page.getByRole('button', { name: 'Go through alone…' }).count(), 0);
    await page.unroute('**/api/v1/me');
    await again.click();
    const provider = page.getByRole('button', { name: 'una' });
    await provider
      .or(page.getByRole('button', { name: 'Go through alone…' }))
      .first()
      .waitFor();
    if (await provider.isVisible()) await provider.click();
    await page.waitForURL(new RegExp(`/approvals/${id}$`));
    await page.getByRole('button', { name: 'Go through alone…' }).waitFor();
    await lea.page.goto(`${browser.console.consoleUrl}/approvals/${id}`);
    assert.equal(await pressed(lea.page, /^(Approve|Press again)/, /\/approve$/), 200);
    await reply;
    assert.deepEqual(visit.faults, []);
    await visit.context.close();
  });
}
