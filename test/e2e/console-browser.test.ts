// The console in a real Chromium, before a real gateway and a real provider: signing in, two people, and pages of others that would use a signed-in browser.

import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, suite, test } from 'node:test';
import type { Page } from 'playwright-core';
import { makeLoopbackCertificate } from '../../demo/standin/certificate.ts';
import { STEP_MS_MAX } from '../support/chromium.ts';
import { type ConsoleBrowser, chromiumFor, startConsoleBrowser } from '../support/console-browser.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
roles: [{ role: operator, callers: [{ groups: [admins] }] }]
rules:
  - { id: read, effect: allow, verbs: [get, list], apiGroups: [""], resources: [configmaps] }
  - id: asked
    effect: request
    verbs: [delete]
    apiGroups: [""]
    resources: [configmaps]
    namespaces: [shop]
    request: { approval: { approvers: [{ groups: [leads] }] } }
`;

const PERSONS = [
  { subject: 'lea', groups: ['leads', 'ops'] },
  { subject: 'sam', groups: ['ops', 'leads'] },
  { subject: 'ada', groups: ['admins'] },
];

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
type Json = any;

const program = chromiumFor('the console in a browser');
if (program !== undefined) suite('the console in a browser', () => inBrowser(program));

function inBrowser(chromium: string): void {
  let world: ConsoleBrowser;
  let own: string;
  let evil: Awaited<ReturnType<typeof startEvil>>;
  before(async () => {
    evil = await startEvil();
    world = await startConsoleBrowser(chromium, { policy: POLICY, persons: PERSONS, hostName: 'localhost' }, [
      evil.secure,
    ]);
    own = world.console.consoleUrl;
  });
  after(async () => {
    await world.stop();
    await evil.close();
  });

  test('a person signs in, and no script of the page can read what stands for the session', async () => {
    const { page, context } = await world.signIn('lea');
    const me = await ask(page, 'GET', '/me');
    assert.deepEqual([me.status, me.body.subject], [200, 'p:lea']);
    assert.equal(await page.evaluate('document.cookie'), '');
    const [cookie] = (await context.cookies(own)).filter(({ name }) => name === '__Host-sallyport-session');
    assert.deepEqual([cookie?.httpOnly, cookie?.secure, cookie?.sameSite, cookie?.path], [true, true, 'Strict', '/']);
    assert.deepEqual(await page.evaluate('[localStorage.length, sessionStorage.length].every((n) => n < 20)'), true);
    await context.close();
  });

  test('two people in two browsers: one asks, the other hears of it and answers; nobody answers their own', async () => {
    const [lea, sam] = [await world.signIn('lea'), await world.signIn('sam')];
    await lea.page.evaluate(`new Promise((resolve) => {
      const source = new EventSource('/api/v1/approvals/events');
      globalThis.told = new Promise((told) => source.addEventListener('approval', ({ data }) => told(JSON.parse(data))));
      source.onopen = resolve;
    })`);
    const scope = {
      target: 'demo',
      verbs: ['delete'],
      resources: ['configmaps'],
      resourceNames: ['old'],
      namespaces: ['shop'],
    };
    const asked = await ask(sam.page, 'POST', '/grants', { scopes: [scope], reason: 'tidy up' });
    assert.deepEqual([asked.status, asked.body.state], [201, 'pending']);
    const told = (await lea.page.evaluate('globalThis.told')) as Json;
    assert.deepEqual([told.asker.subject, told.mayAnswer], ['p:sam', true]);
    const say = (page: Page) => ask(page, 'POST', `/approvals/${told.id}/approve`, { digest: told.digest });
    assert.equal((await say(sam.page)).body.code, 'ANSWER_REFUSED');
    assert.equal((await say(lea.page)).status, 200);
    assert.equal((await ask(sam.page, 'GET', `/grants/${asked.body.id}`)).body.state, 'live');
    await Promise.all([lea.context.close(), sam.context.close()]);
  });

  test('T61: CSRF: a page on another port of the same host, whose requests bear the cookie, changes and reads nothing', async () => {
    const { page, context } = await world.signIn('ada');
    const kill = JSON.stringify({ what: 'caller', value: 'ci:victim', reason: 'csrf' });
    const answers: number[] = [];
    const other = await context.newPage();
    other.on(
      'response',
      (response) => void (response.url().startsWith(`${own}/api/`) && answers.push(response.status())),
    );
    await other.goto(evil.secure);
    await other.evaluate(`(async () => {
      const send = (type, mode) => fetch('${own}/api/v1/kills', { method: 'POST', credentials: 'include', mode, headers: { 'content-type': type }, body: ${JSON.stringify(kill)} }).catch(() => {});
      await send('text/plain', 'no-cors');
      await send('application/json', 'cors');
      await fetch('${own}/api/v1/me', { credentials: 'include', mode: 'no-cors' }).catch(() => {});
    })()`);
    const sent = other.waitForResponse((response) => response.url().endsWith('/kills'));
    await other.evaluate(`(() => {
      const form = document.body.appendChild(document.createElement('form'));
      Object.assign(form, { method: 'post', action: '${own}/api/v1/kills', enctype: 'text/plain' });
      form.submit();
    })()`);
    assert.equal((await sent).status(), 403);
    assert.ok(answers.length >= 3 && answers.every((status) => status === 403), answers.join(' '));
    assert.deepEqual((await ask(page, 'GET', '/kills')).body.items, []);
    await context.close();
  });

  test('clickjacking: no page holds the console in a frame, and none opens it and keeps a hand on it', async () => {
    const { context } = await world.signIn('ada');
    for (const path of ['/', '/sign-in?issuer=people', '/ask?grant=x', '/api/v1/me']) {
      const other = await context.newPage();
      await other.goto(evil.secure);
      const loaded = other.waitForEvent('framenavigated', (frame) => frame !== other.mainFrame());
      await other.evaluate(
        `document.body.appendChild(Object.assign(document.createElement('iframe'), { src: '${own}${path}' })) && undefined`,
      );
      assert.match((await loaded).url(), /^chrome-error:/, path);
      await other.close();
    }
    const other = await context.newPage();
    await other.goto(evil.secure);
    const opened = context.waitForEvent('page');
    await other.evaluate(`void (globalThis.opened = window.open('${own}/'))`);
    await (await opened).waitForURL(`${own}/`);
    // The window that opened it has no hand on it.
    await other.waitForFunction('globalThis.opened.closed');
    await context.close();
  });

  test('the cookie goes to no other name, also where that is the same address', async () => {
    const { context } = await world.signIn('lea');
    evil.cookies.length = 0;
    const other = await context.newPage();
    await other.goto(evil.plain);
    await other.goto(evil.secure.replace('localhost', '127.0.0.1'));
    assert.equal(evil.cookies.length, 2);
    assert.ok(evil.cookies.every((cookie) => !cookie?.includes('__Host-')));
    await context.close();
  });

  test('T54: what a link, an issuer or a path says is text on the page', async () => {
    const context = await world.browser.newContext();
    context.setDefaultTimeout(STEP_MS_MAX);
    const page = await context.newPage();
    const hosts = new Set<string>();
    page.on('request', (request) => hosts.add(new URL(request.url()).host));
    let ran = false;
    await page.exposeFunction('hacked', () => {
      ran = true;
    });
    const word = `<img src=x onerror=hacked()><script>hacked()</script>"'`;
    const grant = { scopes: [{ target: word, verbs: [word], resources: [word], namespaces: ['shop'] }] };
    await page.goto(`${own}/ask?grant=${Buffer.from(JSON.stringify(grant)).toString('base64url')}`);
    assert.ok((await page.content()).includes('&lt;img'));
    await page.goto(
      `${own}/sign-in/callback?error=${encodeURIComponent(word)}&error_description=${encodeURIComponent(word)}&state=x`,
    );
    await page.goto(`${own}/sign-in?issuer=${encodeURIComponent(word)}`);
    await page.goto(`${own}/${encodeURIComponent(word)}#${encodeURIComponent(word)}`);
    assert.equal(await page.locator('img[src=x]').count(), 0);
    assert.equal(ran, false);
    assert.deepEqual([...hosts], [new URL(own).host], 'nothing is fetched from elsewhere');
    await context.close();
  });
}

/** A request as the console's own pages make it, in the page. */
async function ask(
  page: Page,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<{ readonly status: number; readonly body: Json }> {
  return page.evaluate(
    async ({ method, path, body }) => {
      const { session } = (await (await fetch('/api/v1/me')).json()) as Json;
      const reply = await fetch(`/api/v1${path}`, {
        method,
        headers: method === 'GET' ? {} : { 'content-type': 'application/json', 'x-csrf-token': session.csrf },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: reply.status, body: await reply.json() };
    },
    { method, path, body },
  );
}

/** Somebody else's pages: on another port of the console's host, with TLS and without. */
async function startEvil() {
  const { keyPem, certPem } = await makeLoopbackCertificate('evil', Date.now());
  const cookies: (string | undefined)[] = [];
  const page = '<!doctype html><title>evil</title><body>';
  const answer = ({ url, headers }: IncomingMessage, response: ServerResponse) => {
    if (url === '/') cookies.push(headers.cookie);
    response.setHeader('content-type', 'text/html').end(page);
  };
  const secure = createSecureServer({ key: keyPem, cert: certPem }, answer);
  const plain = createServer(answer);
  for (const server of [secure, plain]) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const portOf = (server: typeof plain | typeof secure) => (server.address() as AddressInfo).port;
  return {
    cookies,
    secure: `https://localhost:${portOf(secure)}/`,
    plain: `http://127.0.0.1:${portOf(plain)}/`,
    async close() {
      for (const server of [secure, plain]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}
