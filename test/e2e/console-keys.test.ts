// Keys and signed answers in a real Chromium with a virtual authenticator: enrolled, confirmed by another person, used over exactly what was shown, removed.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, suite, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type ConsoleBrowser, chromiumFor, startConsoleBrowser } from '../support/console-browser.ts';
import type { Person } from '../support/console-people.ts';
import type { ConsoleWorld } from '../support/console-world.ts';
import { SmallBrowser } from '../support/small-browser.ts';

const policyWith = (keys: string) => `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
roles: [{ role: operator, callers: [{ groups: [admins] }] }]
rules:
  - { id: make, effect: allow, verbs: [create, get], apiGroups: [""], resources: [configmaps, services] }
  - id: remove
    effect: hold
    verbs: [delete]
    apiGroups: [""]
    resources: [configmaps]
    hold: { approvers: [{ groups: [leads] }], signed: true, enrolled: true }
${
  keys === ''
    ? ''
    : `  - id: listed
    effect: hold
    verbs: [delete]
    apiGroups: [""]
    resources: [services]
    hold: { approvers: [{ subjects: ["p:lea"], keys: ["${keys}"] }], signed: true }
`
}`;

const PERSONS = [
  { subject: 'lea', groups: ['leads'] },
  { subject: 'ada', groups: ['admins'] },
];

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
type Json = any;

const program = chromiumFor('signed answers in the console');
if (program !== undefined) suite('signed answers in the console', () => inBrowser(program));

function inBrowser(chromium: string): void {
  let world: ConsoleWorld;
  let browser: ConsoleBrowser;
  let bot: string;
  let lea: Person;
  before(async () => {
    browser = await startConsoleBrowser(chromium, { policy: policyWith(''), persons: PERSONS, hostName: 'localhost' });
    world = browser.console;
    bot = await world.world.token('bot');
    lea = await browser.signIn('lea', { viewport: { width: 1280, height: 900 } });
    const devtools = await lea.context.newCDPSession(lea.page);
    await devtools.send('WebAuthn.enable');
    await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true },
        ...{ isUserVerified: true, automaticPresenceSimulation: true },
      },
    });
  });
  after(async () => {
    await browser.leave(lea);
    await browser.stop();
  });

  const uri = (kind: string) => `/api/v1/namespaces/default/${kind}`;
  const headers = { 'content-type': 'application/json', 'user-agent': 'kubectl/v1.35.4 (linux/amd64) kubernetes/abc' };
  const make = (kind: 'ConfigMap' | 'Service', name: string) => {
    const spec = kind === 'Service' ? { spec: { ports: [{ port: 80 }] } } : {};
    const body = JSON.stringify({ apiVersion: 'v1', kind, metadata: { name }, ...spec });
    return world.world.ask({ token: bot, method: 'POST', uri: uri(`${kind.toLowerCase()}s`), headers, body });
  };
  const remove = (kind: string, name: string) =>
    world.world.ask({ token: bot, method: 'DELETE', uri: `${uri(kind)}/${name}`, headers });

  /** A call of the control plane as a command makes it, with a person’s token. */
  async function api(subject: string, method: 'GET' | 'POST', path: string, body?: object) {
    const { groups = [] } = PERSONS.find((each) => each.subject === subject) ?? {};
    const caller = new SmallBrowser(world.world.caPem);
    const authorization = `Bearer ${await world.people.tokenFor(subject, groups)}`;
    const reply = await caller.ask(`${world.consoleUrl}/api/v1${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    await caller.close();
    return { status: reply.status, body: JSON.parse(reply.text) as Json };
  }

  /** The question that waits, once what it would do is in it: an answer is to what was shown, and says so by its digest. */
  async function asked(): Promise<Json> {
    for (;;) {
      const [question] = (await api('lea', 'GET', '/approvals?state=pending')).body.items;
      if (question !== undefined && question.preview !== 'looking') return question;
    }
  }

  async function press(page: Page): Promise<void> {
    const asked = page.waitForRequest((sent) => sent.url().endsWith('/challenge'));
    const yes = page.getByRole('button', { name: /^Approve: / });
    await yes.and(page.locator(':enabled')).click();
    // A dangerous one wants a second press.
    const again = page.getByRole('button', { name: /^Press again/ });
    await Promise.race([asked, again.click().catch(() => {})]);
    await asked;
  }

  test('a first key does not count at once; a yes wants it, and is taken once another person has confirmed it', async () => {
    const { page } = lea;
    await page.goto(`${world.consoleUrl}/keys`);
    await page.getByText('You have no key').waitFor();
    await page.getByLabel('What do you call it?').fill('laptop');
    await page.getByRole('button', { name: 'Enrol a key' }).click();
    await page.getByText('does not count yet').waitFor();

    assert.equal((await make('ConfigMap', 'held')).status, 201);
    const waiting = remove('configmaps', 'held');
    await page.goto(world.consoleUrl);
    await page.getByRole('heading', { name: 'delete configmaps held' }).waitFor();
    await press(page);
    await page.getByText('no key of yours counts here').waitFor();
    const question = await asked();
    const bare = await api('lea', 'POST', `/approvals/${question.id}/approve`, { digest: question.digest });
    assert.deepEqual([bare.status, bare.body.code], [403, 'ANSWER_REFUSED']);
    assert.match(bare.body.advice, /in the console/, 'a command is told where it is signed');

    const [key] = (await api('lea', 'GET', '/keys')).body.items;
    const own = await api('lea', 'POST', `/keys/${key.id}/confirm`);
    assert.equal(own.body.code, 'ROLE_REQUIRED', 'nobody confirms their own');
    const ada = await browser.signIn('ada');
    await ada.page.goto(`${world.consoleUrl}/keys`);
    await ada.page.getByRole('button', { name: 'It is theirs: let it count now' }).click();
    await ada.page.getByText('confirmed by p:ada').waitFor();
    await browser.leave(ada);

    await press(page);
    assert.equal((await waiting).status, 200);
    const answered = (await api('lea', 'GET', `/approvals/${question.id}`)).body;
    assert.deepEqual([answered.state, answered.answers[0].isSigned], ['approved', true]);
  });

  test('a key that the policy file lists counts where the files alone do; a no needs none', async () => {
    const { page } = lea;
    const [{ line }] = (await api('lea', 'GET', '/keys')).body.items;
    writeFileSync(world.world.policyFile, policyWith(line));
    await world.world.gateway.lookAtPolicy();
    assert.equal((await make('Service', 'web')).status, 201);
    const waiting = remove('services', 'web');
    await page.goto(world.consoleUrl);
    await page.getByRole('heading', { name: 'delete services web' }).waitFor();
    await press(page);
    assert.equal((await waiting).status, 200);

    assert.equal((await make('ConfigMap', 'kept')).status, 201);
    const refused = remove('configmaps', 'kept');
    // The page stays with what was answered, and follows it: what waits now is chosen by coming anew.
    await page.goto(world.consoleUrl);
    await page.getByRole('heading', { name: 'delete configmaps kept' }).waitFor();
    const question = await asked();
    assert.equal(
      (await api('lea', 'POST', `/approvals/${question.id}/reject`, { digest: question.digest })).status,
      200,
    );
    assert.equal((await refused).status, 403);
  });

  test('a key is removed by who it belongs to, and counts no more', async () => {
    // By a browser that signed in a moment ago, however long the tests before have taken.
    const again = await browser.signIn('lea');
    const { page } = again;
    await page.goto(`${world.consoleUrl}/keys`);
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByRole('button', { name: 'Press again to remove' }).click();
    await page.getByText('You have no key').waitFor();
    await browser.leave(again);
    const changes = (await world.world.events()).flatMap((event) =>
      event.type === 'key.changed' ? [event.state] : [],
    );
    assert.deepEqual(changes, ['enrolled', 'confirmed', 'removed']);
  });
}
