// What happens now, in a real Chromium: a terminal watched as it is typed, its end from here, and refusals as they come.

import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { WebSocket } from 'ws';
import { type ConsoleBrowser, chromiumFor, startConsoleBrowser } from '../support/console-browser.ts';
import type { ConsoleWorld } from '../support/console-world.ts';
import { SmallBrowser } from '../support/small-browser.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
roles:
  - { role: operator, callers: [{ groups: [admins] }] }
  - { role: auditor, callers: [{ groups: [auditors] }] }
rules:
  - { id: read, effect: allow, verbs: [get, list], apiGroups: [""], resources: [pods] }
  - { id: exec, effect: allow, verbs: [get, create], apiGroups: [""], resources: [pods/exec] }
`;

const PERSONS = [{ subject: 'ada', groups: ['admins'] }];

const program = chromiumFor('what happens now, in a browser');
if (program !== undefined) suite('what happens now, in a browser', () => inBrowser(program));

function inBrowser(chromium: string): void {
  let world: ConsoleWorld;
  let browser: ConsoleBrowser;
  let token: string;
  before(async () => {
    browser = await startConsoleBrowser(chromium, { policy: POLICY, persons: PERSONS });
    world = browser.console;
    token = await world.world.token('bot');
  });
  after(() => browser.stop());

  /** A shell in a terminal, as `kubectl exec -it` opens it. */
  async function terminal() {
    const { body } = await world.world.ask({ token, uri: '/api/v1/namespaces/shop/pods?labelSelector=app%3Dweb' });
    const pod = (JSON.parse(body) as { items: { metadata: { name: string } }[] }).items[0]?.metadata.name;
    const url = `${world.world.gateway.url}/k8s/demo/api/v1/namespaces/shop/pods/${pod}/exec?command=sh&stdin=true&stdout=true&tty=true`;
    const socket = new WebSocket(url.replace(/^https/, 'wss'), 'v5.channel.k8s.io', {
      ca: world.world.caPem,
      headers: { authorization: `Bearer ${token}` },
    });
    let said = '';
    let failure = '';
    socket.on('message', (data: Buffer) => {
      if (data[0] === 3) failure = data.subarray(1).toString();
      else said += data.subarray(1).toString();
    });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    return {
      type: (line: string) => socket.send(Buffer.concat([Buffer.of(0), Buffer.from(`${line}\r`)])),
      closed,
      said: () => said,
      failure: () => failure,
      close: () => socket.close(),
    };
  }

  test('T54: a terminal is seen as it is typed, as text; it is ended from here, and its caller is told why', async () => {
    const shell = await terminal();
    const { page, context, faults, hosts } = await browser.signIn('ada', {
      viewport: { width: 1280, height: 900 },
    });
    let ran = false;
    await page.exposeFunction('hacked', () => {
      ran = true;
    });
    await page.goto(`${world.consoleUrl}/now`);
    shell.type('echo "<img src=x onerror=hacked()>" first');
    await page.getByRole('button', { name: 'Watch' }).click();
    const screen = page.getByRole('region', { name: 'What the terminal showed' });
    await screen.getByText('onerror=hacked()> first').first().waitFor();
    shell.type('echo second-line');
    await screen.getByText('second-line', { exact: true }).waitFor();
    assert.equal(await page.locator('main img').count(), 0);
    await page.getByRole('button', { name: 'End it' }).click();
    await page.getByRole('button', { name: 'Press again to end it' }).click();
    await shell.closed;
    assert.match(shell.failure(), /an operator ended this/);
    const ended = (await world.world.events()).findLast((event) => event.type === 'exchange.ended');
    assert.match(JSON.stringify(ended), /an operator ended this/);
    await context.close();
    assert.deepEqual([faults, [...hosts], ran], [[], [new URL(world.consoleUrl).host], false]);
  });

  test('a refusal appears as it happens', async () => {
    const { page, context, faults } = await browser.signIn('ada');
    const listening = page.waitForResponse((response) => response.url().endsWith('/exchanges/events'));
    await page.goto(`${world.consoleUrl}/now`);
    await page.getByText('None so far').waitFor();
    await listening;
    const uri = '/api/v1/namespaces/shop/pods/web';
    assert.equal((await world.world.ask({ token, method: 'DELETE', uri })).status, 403);
    await page.getByText('DENIED_BY_SILENCE').waitFor();
    await context.close();
    assert.deepEqual(faults, []);
  });

  test('only an operator ends what others run; what one may not see is not there', async () => {
    const shell = await terminal();
    const caller = new SmallBrowser(world.world.caPem);
    const ask = async (bearer: string, method: 'GET' | 'POST', path: string) => {
      const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
      const reply = await caller.ask(`${world.consoleUrl}/api/v1${path}`, { method, headers });
      return { status: reply.status, code: (JSON.parse(reply.text) as { code?: string }).code };
    };
    const id = (await world.world.events()).findLast((event) => event.type === 'exchange.begun')?.exchange;
    const auditor = await world.people.tokenFor('bea', ['auditors']);
    const stranger = await world.world.token('stranger');
    assert.deepEqual(await ask(auditor, 'POST', `/exchanges/${id}/end`), { status: 403, code: 'ROLE_REQUIRED' });
    assert.deepEqual(await ask(token, 'POST', `/exchanges/${id}/end`), { status: 403, code: 'ROLE_REQUIRED' });
    assert.deepEqual(await ask(stranger, 'GET', `/exchanges/${id}/recording/events`), {
      status: 404,
      code: 'NOT_FOUND',
    });
    const ada = await world.people.tokenFor('ada', ['admins']);
    const how = await caller.ask(`${world.consoleUrl}/api/v1/gateway`, { headers: { authorization: `Bearer ${ada}` } });
    assert.deepEqual((JSON.parse(how.text) as { reasons: unknown }).reasons, []);
    assert.deepEqual(await ask(stranger, 'GET', '/gateway'), { status: 403, code: 'ROLE_REQUIRED' });
    await caller.close();
    shell.close();
    await shell.closed;
  });
}
