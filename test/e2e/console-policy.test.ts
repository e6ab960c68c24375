// Policy in a real Chromium: why a request is refused, and a change that is edited, tried on what was recorded, and taken away as a patch.

import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Page } from 'playwright-core';
import { DESK_LIMITS } from '../../src/main/policy-desk.ts';
import { type ConsoleBrowser, chromiumFor, startConsoleBrowser } from '../support/console-browser.ts';
import type { ConsoleWorld } from '../support/console-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
roles:
  - { role: operator, callers: [{ groups: [admins] }] }
rules:
  - { id: read, effect: allow, verbs: [get, list], apiGroups: [""], resources: [configmaps] }
  - id: hostile
    effect: deny
    reason: '"><img src=x onerror=hacked()>'
    verbs: [delete]
    apiGroups: [""]
    resources: [configmaps]
`;

/** Limit: a try of a policy is four commands. */
const TRY_MS_MAX = 4 * DESK_LIMITS.commandMs;

const program = chromiumFor('policy in the console');
if (program !== undefined) suite('policy in the console', () => inBrowser(program));

function inBrowser(chromium: string): void {
  let world: ConsoleWorld;
  let browser: ConsoleBrowser;
  before(async () => {
    const persons = [
      { subject: 'ada', groups: ['admins'] },
      { subject: 'sam', groups: ['ops'] },
    ];
    browser = await startConsoleBrowser(chromium, { policy: POLICY, persons });
    world = browser.console;
    const token = await world.world.token('dev');
    assert.equal((await world.world.ask({ token, uri: '/api/v1/namespaces/shop/configmaps' })).status, 200);
  });
  after(() => browser.stop());

  test('rules are listed with their use; why not is answered from a pasted command, by keyboard alone (T54: as text)', async () => {
    const { page, context, faults, hosts } = await browser.signIn('ada');
    let ran = false;
    await page.exposeFunction('hacked', () => {
      ran = true;
    });
    await page.goto(`${world.consoleUrl}/policy`);
    await page.getByRole('heading', { name: 'p/read' }).waitFor();
    await page.getByText('1 use').waitFor();
    await page.getByText('never used').first().waitFor();
    await page.getByText('onerror=hacked()').waitFor();
    await page.getByRole('button', { name: 'Why not?' }).press('Enter');
    await page.getByLabel('By whom').fill('ci:dev');
    await page.getByLabel('In which groups').fill('ops');
    await page.getByLabel('What is asked').fill('kubectl delete configmap settings -n shop');
    await page.getByLabel('What is asked').press('Enter');
    await page.getByText('refused', { exact: true }).waitFor();
    await page.getByText('Decided by').waitFor();
    assert.equal(await page.locator('main img').count(), 0);
    await context.close();
    assert.deepEqual([faults, [...hosts], ran], [[], [new URL(world.consoleUrl).host], false]);
  });

  /** Four commands answer it, one after the other, and each yields to all else that the machine does; where it was too busy for one, it is asked again, as a person would. */
  async function tried(page: Page): Promise<void> {
    const came = page.getByRole('heading', { name: 'Who gains and loses what' });
    const wrong = page.locator('main').getByRole('alert').first();
    for (;;) {
      await page.getByRole('button', { name: 'Check, test and simulate' }).click({ timeout: TRY_MS_MAX });
      await came.or(wrong).first().waitFor({ timeout: TRY_MS_MAX });
      if (await came.isVisible()) return;
      const text = await wrong.innerText();
      assert.match(text, /ask again|could not be answered/, `what cannot be asked again: ${text}`);
    }
  }

  test('a change is edited under the page’s own policy, tried, and comes as a patch', {
    timeout: 2 * TRY_MS_MAX,
  }, async () => {
    const { page, context, faults } = await browser.signIn('ada', {
      viewport: { width: 1280, height: 900 },
    });
    await page.goto(`${world.consoleUrl}/policy?view=propose`);
    const editor = page.getByRole('textbox', { name: 'Edit policy.yaml', exact: true });
    const lines = editor.locator('.cm-line');
    await lines.filter({ hasText: 'id: hostile' }).waitFor();
    await editor.click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('  - { id: more, effect: allow, verbs: [get], apiGroups: [""], resources: [services] }');
    assert.match(await lines.last().innerText(), /id: more.*services\] \}$/);
    await tried(page);
    await page.getByText('0 of 1 call answered otherwise').waitFor();
    await page.getByText('+++ b/policy.yaml').first().waitFor();
    assert.match(await page.locator('pre').first().innerText(), /may now be done/);
    await context.close();
    assert.deepEqual(faults, []);
  });

  test('who holds no role reads nothing of policy', async () => {
    const { page, context } = await browser.signIn('sam');
    await page.goto(`${world.consoleUrl}/policy`);
    await page.getByText('You may not see this').waitFor();
    await context.close();
  });
}
