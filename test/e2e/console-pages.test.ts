// The pages of the console as a person uses them, built, in a real Chromium before a real gateway: what waits comes by itself, is answered by keys, and is followed to its end.

import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { CDPSession, Page } from 'playwright-core';
import { type ConsoleBrowser, chromiumFor, startConsoleBrowser } from '../support/console-browser.ts';
import type { ConsoleWorld } from '../support/console-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
roles: [{ role: operator, callers: [{ groups: [leads] }] }]
rules:
  - { id: free, effect: allow, verbs: [create, get, list], apiGroups: [""], resources: [configmaps] }
  - { id: remove, effect: hold, verbs: [delete], apiGroups: [""], resources: [configmaps], hold: { approvers: [{ groups: [leads] }] } }
  - { id: services, effect: hold, verbs: [create], apiGroups: [""], resources: [services], hold: { approvers: [{ groups: [leads] }] } }
`;

/** What the first page may weigh as it comes over the wire, fonts among it. */
const FIRST_LOAD_BYTES_MAX = 250_000;

const KUBECTL = {
  'user-agent': 'kubectl/v1.35.4 (linux/amd64) kubernetes/abc1234',
  'content-type': 'application/json',
};
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const HOSTILE =
  '<img src="https://evil.example/x" onerror="window.hit = 1">\u202e</pre><script>window.hit = 1</script>';

const program = chromiumFor('the pages of the console in a browser');
if (program !== undefined) suite('the pages of the console', () => inBrowser(program));

function inBrowser(chromium: string): void {
  let browser: ConsoleBrowser;
  let world: ConsoleWorld;
  let token: string;

  before(async () => {
    browser = await startConsoleBrowser(chromium, { policy: POLICY, persons: [{ subject: 'lea', groups: ['leads'] }] });
    world = browser.console;
    token = await world.world.token('dev');
  });
  after(() => browser.stop());

  const signedIn = () => browser.signIn('lea', { viewport: { width: 1280, height: 900 } });

  const make = (name: string) =>
    world.world.ask({
      token,
      method: 'POST',
      uri: CONFIG_MAPS,
      headers: KUBECTL,
      body: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } }),
    });
  const remove = (name: string) =>
    world.world.ask({ token, method: 'DELETE', uri: `${CONFIG_MAPS}/${name}`, headers: KUBECTL });

  /** What it would do has been looked up: the question is another one then, and takes an answer. */
  const whole = (page: Page) => {
    const yes = page.getByRole('button', { name: /^(Approve: |Press again to )/ });
    return yes.and(page.locator(':enabled')).waitFor();
  };

  test('what is held comes to the inbox by itself, is approved by its key, and is followed to its end', async () => {
    await make('held');
    const lea = await signedIn();
    const { page } = lea;
    await page.getByText('Nothing waits for you').first().waitFor();
    const waiting = remove('held');
    await page.getByRole('heading', { name: 'delete configmaps held' }).waitFor();
    await whole(page);
    await page.keyboard.press('a');
    if (await page.getByRole('button', { name: /^Press again/ }).isVisible()) await page.keyboard.press('a');
    await page.getByText('the cluster answered 200').waitFor();
    assert.equal((await waiting).status, 200);
    await browser.leave(lea);
  });

  test('a no is told in the person’s words', async () => {
    await make('kept');
    const lea = await signedIn();
    const { page } = lea;
    const waiting = remove('kept');
    await page.getByRole('heading', { name: 'delete configmaps kept' }).waitFor();
    await whole(page);
    await page.keyboard.press('r');
    await page.keyboard.type('after the release');
    await page.keyboard.press('Enter');
    const reply = await waiting;
    assert.equal(reply.status, 403);
    assert.match(reply.body, /after the release/);
    await browser.leave(lea);
  });

  test('T54: markup in a body is text: nothing of it runs, nothing is fetched, and what turns text around is drawn', async () => {
    const lea = await signedIn();
    const { page } = lea;
    const body = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', annotations: { note: HOSTILE } },
      spec: { ports: [{ port: 80 }] },
    };
    const uri = '/api/v1/namespaces/default/services';
    const waiting = world.world.ask({ token, method: 'POST', uri, headers: KUBECTL, body: JSON.stringify(body) });
    await page.getByRole('heading', { name: 'create services' }).waitFor();
    await page.getByText('<img src=').first().waitFor();
    await page.getByText('U+202E').first().waitFor();
    assert.equal(await page.evaluate('window.hit'), undefined);
    assert.equal(await page.locator('main img').count(), 0);
    await whole(page);
    await page.keyboard.press('r');
    await page.keyboard.press('Enter');
    assert.equal((await waiting).status, 403);
    await browser.leave(lea);
  });

  test(`the first page weighs at most ${FIRST_LOAD_BYTES_MAX} bytes, and every page opens under its policy`, async () => {
    const lea = await signedIn();
    const { page } = lea;
    const session = await lea.context.newCDPSession(page);
    const loaded = await loadedOver(session);
    await page.reload();
    await page.getByText('Nothing waits for you').first().waitFor();
    await page.evaluate('document.fonts.ready.then(() => true)');
    const total = [...loaded.values()].reduce((sum, bytes) => sum + bytes, 0);
    assert.ok(total > 50_000 && total <= FIRST_LOAD_BYTES_MAX, `${total} bytes: ${[...loaded].join(' ')}`);
    for (const name of ['Now', 'Grants', 'Sessions', 'Policy', 'Targets']) {
      await page.getByRole('link', { name, exact: true }).click();
      await page.getByRole('heading', { level: 1, name: new RegExp(`^${name}`) }).waitFor();
    }
    await browser.leave(lea);
  });
}

/** What comes over the wire from now on, heads of replies among it, in bytes by address; nothing of it is kept from before. */
async function loadedOver(session: CDPSession): Promise<ReadonlyMap<string, number>> {
  const [urls, bytes] = [new Map<string, string>(), new Map<string, number>()];
  await session.send('Network.enable');
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  session.on('Network.requestWillBeSent', ({ requestId, request }) => urls.set(requestId, request.url));
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const url = urls.get(requestId);
    // What the page before was still loading is no part of it.
    if (url !== undefined) bytes.set(url, (bytes.get(url) ?? 0) + encodedDataLength);
  });
  return bytes;
}
