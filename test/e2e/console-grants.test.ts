// A grant's whole life and the session that it leaves, as three people see them in real browsers before a real gateway, store, journal and provider.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, suite, test } from 'node:test';
import { type ConsoleBrowser, chromiumFor, startConsoleBrowser } from '../support/console-browser.ts';
import type { Person } from '../support/console-people.ts';
import { pressed } from '../support/pressed.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
roles:
  - { role: operator, callers: [{ groups: [operators] }] }
  - { role: auditor, callers: [{ groups: [auditors] }] }
rules:
  - { id: free, effect: allow, verbs: [list], apiGroups: [""], resources: [pods], namespaces: [shop] }
  - id: asked
    effect: request
    verbs: [get, list]
    apiGroups: [""]
    resources: [configmaps]
    namespaces: [shop]
    request: { approval: { approvers: [{ groups: [leads] }] } }
`;

const MAPS = '/api/v1/namespaces/shop/configmaps';
const MAP = `${MAPS}/settings`;

const program = chromiumFor('grants and sessions in the console');
if (program !== undefined) suite('grants and sessions in the console', () => inBrowser(program));

function inBrowser(chromium: string): void {
  let browser: ConsoleBrowser;
  let [sam, lea, opal, ada] = [] as unknown as [Person, Person, Person, Person];
  let token: string;
  before(async () => {
    const groups = { sam: ['ops'], lea: ['leads'], opal: ['operators'], ada: ['auditors'] };
    const persons = Object.entries(groups).map(([subject, own]) => ({ subject, groups: own }));
    browser = await startConsoleBrowser(chromium, { policy: POLICY, persons });
    const viewport = { width: 1280, height: 900 };
    sam = await browser.signIn('sam', { viewport: { width: 390, height: 844 } });
    lea = await browser.signIn('lea', { viewport });
    opal = await browser.signIn('opal', { viewport });
    ada = await browser.signIn('ada', { viewport, acceptDownloads: true });
    token = await browser.console.people.tokenFor('sam', ['ops']);
  });
  after(async () => {
    for (const person of [sam, lea, opal, ada]) await browser.leave(person);
    await browser.stop();
  });

  const at = ({ page }: Person, path: string) => page.goto(`${browser.console.consoleUrl}${path}`);
  const ask = (uri: string) =>
    browser.console.world.ask({
      token,
      uri,
      headers: { 'user-agent': 'kubectl/v1.35.4 (linux/amd64) kubernetes/abc1234' },
    });

  /** Asks for the grant that a refusal offers, on a phone, and has it approved. */
  async function granted(): Promise<void> {
    await at(sam, '/grants/ask');
    await sam.page.getByRole('link', { name: 'Fill in' }).first().click();
    await sam.page.getByText('A program was refused').waitFor();
    assert.equal(await sam.page.getByLabel('Names (optional)').inputValue(), 'settings', 'no more than was refused');
    await sam.page.getByLabel('Why').fill('the shop is slow: OPS-12');
    assert.equal(await pressed(sam.page, /^Ask for it$/, /\/grants$/), 201);
    await sam.page.getByText('the shop is slow: OPS-12').waitFor();
    await at(lea, '/');
    await lea.page.getByText('the shop is slow: OPS-12').first().waitFor();
    assert.equal(await pressed(lea.page, /^(Approve: |Press again)/, /\/approve$/), 200);
    await at(sam, '/grants');
    await sam.page.getByRole('button', { name: 'Give back' }).waitFor();
  }

  test('a refusal becomes a grant: filled in, asked for, approved by another, used, reported on and given back', async () => {
    assert.equal((await ask(MAP)).status, 403);
    await granted();
    assert.equal((await ask(MAP)).status, 200);
    await sam.page.getByRole('button', { name: 'What of it was used?' }).click();
    await sam.page.getByText(/^Used by/).waitFor();
    assert.equal(await pressed(sam.page, /^(Give back|Press again to give back)$/, /\/release$/), 200);
    await sam.page.getByText('No grant of yours is in force').waitFor();
    assert.equal((await ask(MAP)).status, 403);
    await sam.page.getByRole('button', { name: 'Ended' }).click();
    await sam.page.getByText('Ended by').waitFor();
  });

  test('an operator sees everybody’s and revokes one with two presses; who may not, is shown their own alone', async () => {
    await granted();
    await at(lea, '/grants');
    await lea.page.getByText('No grant of yours is in force').waitFor();
    assert.equal(await lea.page.getByRole('button', { name: 'Everybody’s' }).count(), 0);
    await at(opal, '/grants');
    await opal.page.getByRole('button', { name: 'Everybody’s' }).click();
    await opal.page.getByText('p:sam').waitFor();
    assert.equal(await pressed(opal.page, /^(Revoke|Press again to revoke)$/, /\/revoke$/), 200);
    assert.equal((await ask(MAP)).status, 403);
  });

  test('the session says all of it: found by its caller, told by kind, each call with its why, and saved as exactly what is shown', async () => {
    const { page } = ada;
    // What the journal has is in the index some moments later.
    for (;;) {
      await at(ada, '/sessions?caller=p%3Asam');
      const found = page
        .getByRole('link', { name: 'p:sam' })
        .or(page.getByText('Nothing matches'))
        .or(page.getByText('Nothing is recorded yet'));
      await found.first().waitFor();
      if ((await page.getByRole('link', { name: 'p:sam' }).count()) === 0) continue;
      await page.getByRole('link', { name: 'p:sam' }).first().click();
      await page.getByRole('button', { name: 'Refused', exact: true }).click();
      await page.waitForURL(/kind=refused/);
      const rows = page.locator('ol > li[id^="call-"]');
      await rows.or(page.getByText('No call of this kind')).first().waitFor();
      if ((await rows.count()) === 3) break;
    }
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save as JSONL' }).click();
    const lines = readFileSync(await (await saving).path(), 'utf8')
      .trim()
      .split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).outcome),
      ['refused', 'refused', 'refused'],
    );
    await page.getByRole('button', { name: 'All', exact: true }).click();
    await page.locator('ol > li[id^="call-"]').getByRole('link', { name: /200/ }).first().click();
    await page.getByText('In the journal').waitFor();
    await page.getByText('p/asked').first().waitFor();
    // It has ended since.
    await page.getByRole('link', { name: /^Grant / }).click();
    await page.getByText('Ended by').waitFor();
    await page.goBack();
    await page.getByRole('link', { name: 'Back to the session' }).click();
    await page.locator('ol > li[id^="call-"]').first().waitFor();
  });
}
