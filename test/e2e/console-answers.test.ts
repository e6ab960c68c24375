// What a yes can be beside a plain one, and the way back, as a person takes them in a real Chromium before a real gateway and store.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type ConsoleBrowser, chromiumFor, startConsoleBrowser } from '../support/console-browser.ts';
import type { Person } from '../support/console-people.ts';
import type { ConsoleWorld } from '../support/console-world.ts';
import { pressed } from '../support/pressed.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops, leads] }]
targets: [demo]
roles: [{ role: operator, callers: [{ groups: [leads] }] }]
rules:
  - { id: read, effect: allow, verbs: [get, list], apiGroups: [""], resources: [configmaps, services] }
  - { id: free, effect: allow, verbs: [create, patch, update, delete], apiGroups: [""], resources: [services], record: { preImage: true } }
  - id: held
    effect: hold
    verbs: [create, patch, delete]
    apiGroups: [""]
    resources: [configmaps]
    hold: { approvers: [{ groups: [leads] }], intent: command }
`;

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
type Json = any;

const MAPS = '/api/v1/namespaces/shop/configmaps';
const SERVICES = '/api/v1/namespaces/shop/services';

const program = chromiumFor('answers and the way back in the console');
if (program !== undefined) suite('answers and the way back in the console', () => inBrowser(program));

function inBrowser(chromium: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-answers-'));
  let browser: ConsoleBrowser;
  let world: ConsoleWorld;
  let token: string;
  let lea: Person;
  before(async () => {
    writeFileSync(join(folder, 'pre-images.key'), 'k'.repeat(48));
    browser = await startConsoleBrowser(chromium, {
      policy: POLICY,
      persons: [{ subject: 'lea', groups: ['leads'] }],
      config: `journal: { preImageKeyFile: ${join(folder, 'pre-images.key')} }\n`,
    });
    world = browser.console;
    token = await world.world.token('dev');
    lea = await browser.signIn('lea', { viewport: { width: 1280, height: 900 } });
  });
  after(async () => {
    await browser.leave(lea);
    await browser.stop();
    rmSync(folder, { recursive: true });
  });

  /** A request as kubectl sends it for one command: told to come again while a person takes their time, it does. */
  async function send(method: 'POST' | 'PATCH' | 'GET', uri: string, body?: object, session = 'one') {
    const headers = {
      'user-agent': 'kubectl/v1.35.4 (linux/amd64) kubernetes/abc1234',
      'kubectl-session': session,
      'kubectl-command': 'kubectl apply',
      'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
    };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    for (;;) {
      const reply = await world.world.ask({ token, method, uri, headers, ...sent });
      if (reply.status !== 429) return reply;
    }
  }
  const make = (name: string, session: string) =>
    send('POST', MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: 'b' } }, session);

  /** The page of the question that waits, once what it would do has been looked up. */
  async function question(page: Page): Promise<string> {
    await page.goto(world.consoleUrl);
    const yes = page.getByRole('button', { name: /^Approve: / });
    await yes.and(page.locator(':enabled')).waitFor();
    const id = (await page.evaluate(
      `fetch('/api/v1/approvals?state=pending').then((r) => r.json()).then(({ items }) => items[0].id)`,
    )) as string;
    await page.goto(`${world.consoleUrl}/approvals/${id}`);
    await yes.and(page.locator(':enabled')).waitFor();
    return id;
  }

  const press = async (page: Page, name: RegExp, path: RegExp) => assert.equal(await pressed(page, name, path), 200);
  const approve = (page: Page) => press(page, /^(Approve|Press again)/, /\/approve$/);

  test('the rest of a command: offered from its second question on, given with two presses, and what it covered is listed', async () => {
    const { page } = lea;
    const first = make('one', 'rest');
    await question(page);
    await page.getByRole('button', { name: 'Less of it, or more' }).click();
    assert.equal(await page.getByRole('button', { name: 'And the rest of its command' }).count(), 0);
    await page.getByRole('button', { name: 'Less of it, or more' }).click();
    await approve(page);
    assert.equal((await first).status, 201);

    const second = make('two', 'rest');
    const id = await question(page);
    await page.getByRole('button', { name: 'Less of it, or more' }).click();
    await page.getByRole('button', { name: 'And the rest of its command' }).click();
    await page.getByLabel('Requests at most').fill('3');
    await page.getByText('--rest 3').first().waitFor();
    await approve(page);
    assert.equal((await second).status, 201);
    assert.equal((await make('three', 'rest')).status, 201, 'nobody is asked');
    await page.goto(`${world.consoleUrl}/approvals/${id}`);
    await page.getByText('1 of 3 used').waitFor();
    await page.locator('main ul a', { hasText: 'create configmaps' }).first().waitFor();
  });

  test('less: as a dry run nothing is stored; with an edit what is stored is edited', async () => {
    const { page } = lea;
    const tried = make('tried', 'less-1');
    await question(page);
    await page.getByRole('button', { name: 'Less of it, or more' }).click();
    await page.getByRole('button', { name: 'Less of it', exact: true }).click();
    await page.getByLabel('As a dry run alone').check();
    await approve(page);
    assert.equal((await tried).status, 201);
    assert.equal((await send('GET', `${MAPS}/tried`)).status, 404);

    const edited = make('edited', 'less-2');
    const id = await question(page);
    await page.getByRole('button', { name: 'Less of it, or more' }).click();
    await page.getByRole('button', { name: 'Less of it', exact: true }).click();
    await page.getByRole('button', { name: 'Add an edit' }).click();
    await page.getByLabel('Field, as /spec/replicas').fill('/data/a');
    await page.getByLabel('Value').fill('less');
    await approve(page);
    assert.equal((await edited).status, 201);
    assert.deepEqual((JSON.parse((await send('GET', `${MAPS}/edited`)).body) as Json).data, { a: 'less' });
    await page.goto(`${world.consoleUrl}/approvals/${id}`);
    await page.getByRole('heading', { name: 'What a yes makes of it' }).waitFor();
  });

  test('a word about a question is said, kept and shown; it answers nothing', async () => {
    const { page } = lea;
    const asked = make('said', 'words');
    await question(page);
    await page.getByLabel('Ask who asks, or tell those who answer').fill('why now? <b>really</b>');
    await page.getByRole('button', { name: 'Say it' }).click();
    await page.locator('main li', { hasText: 'why now? <b>really</b>' }).waitFor();
    await page.getByRole('button', { name: 'Reject', exact: true }).click();
    await page.getByRole('button', { name: 'Reject it' }).click();
    assert.equal((await asked).status, 403);
  });

  test('three questions of one caller are one list, answered with two presses', async () => {
    const { page } = lea;
    await page.goto(world.consoleUrl);
    const all = [
      make('list-1', 'list-1'),
      send('PATCH', `${MAPS}/one`, { data: { a: 'c' } }, 'list-2'),
      send('PATCH', `${MAPS}/two`, { data: { a: 'd' } }, 'list-3'),
    ];
    await page.getByRole('region', { name: '3 questions of one caller' }).waitFor();
    await press(page, /^(Approve the 3 chosen|Press again: 3)/, /\/approve$/);
    assert.deepEqual(
      (await Promise.all(all)).map(({ status }) => status),
      [201, 200, 200],
    );
  });

  test('the way back from a call is shown, taken as shown, and puts back what was', async () => {
    const { page } = lea;
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'way', annotations: { note: 'before' } },
      spec: { ports: [{ port: 80 }] },
    };
    assert.equal((await send('POST', SERVICES, service)).status, 201);
    assert.equal(
      (await send('PATCH', `${SERVICES}/way`, { metadata: { annotations: { note: 'after' } } })).status,
      200,
    );
    const begun = (await world.world.events()).findLast((event) => event.type === 'exchange.begun');
    const id = begun?.type === 'exchange.begun' ? begun.exchange : '';
    // The index follows the journal at its own pace.
    while ((await page.evaluate(`fetch('/api/v1/exchanges/${id}').then(({ status }) => status)`)) !== 200);
    await page.goto(`${world.consoleUrl}/exchanges/${id}`);
    await page.getByRole('button', { name: 'Look at the way back' }).click();
    await press(page, /^(Undo: |Press again to )/, /\/undo$/);
    await page.getByText('Undone: the cluster answered 200').waitFor();
    const now = JSON.parse((await send('GET', `${SERVICES}/way`)).body) as Json;
    assert.equal(now.metadata.annotations.note, 'before');
  });
}
