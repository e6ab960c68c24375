// Signing in to the console with a browser, at a real provider: the way there and back, the cookie, and who else may use it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Agent, request } from 'undici';
import { type ConsoleWorld, startConsoleWorld } from '../support/console-world.ts';
import type { Page, SmallBrowser } from '../support/small-browser.ts';
import { unhurried } from '../support/unhurried.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
roles:
  - { role: auditor, callers: [{ groups: [auditors] }] }
  - { role: operator, callers: [{ groups: [admins] }] }
rules:
  - { id: held, effect: hold, verbs: [delete], apiGroups: [""], resources: [configmaps], hold: { approvers: [{ groups: [leads] }] } }
  - id: scale
    effect: request
    verbs: [patch]
    apiGroups: [apps]
    resources: [deployments/scale]
    namespaces: [shop]
`;

const SESSION = '__Host-sallyport-session';
const ATTEMPT = '__Host-sallyport-sign-in';

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
type Json = any;

let console_: ConsoleWorld;
let own: string;
before(async () => {
  console_ = await startConsoleWorld({
    policy: POLICY,
    persons: [
      { subject: 'lea', groups: ['leads'] },
      { subject: 'ada', groups: ['admins'] },
      { subject: 'eve', groups: ['auditors'] },
      { subject: 'sam', groups: [] },
    ],
  });
  own = console_.consoleUrl;
});
after(() => console_.stop());

const json = (page: Page): Json => JSON.parse(page.text);
const me = (browser: SmallBrowser, headers: object = {}) => browser.ask(`${own}/api/v1/me`, { headers });

async function signedIn(subject: string): Promise<SmallBrowser> {
  const browser = console_.browser();
  await browser.signIn(own, subject);
  return browser;
}

/** A change as the console's own pages make it. */
async function change(browser: SmallBrowser, path: string, body: object, more: object = {}): Promise<Page> {
  const { csrf } = json(await me(browser)).session ?? {};
  const headers = {
    origin: own,
    'x-csrf-token': csrf,
    'content-type': 'application/json',
    'sec-fetch-site': 'same-origin',
    ...more,
  };
  return browser.ask(`${own}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
}

const codeOf = (page: Page) => `${page.status} ${json(page).code}`;

test('a person signs in at the provider, comes back to where they were, and is known', async () => {
  const browser = console_.browser();
  assert.equal(codeOf(await me(browser)), '401 TOKEN_MISSING');
  const ways = json(await browser.ask(`${own}/api/v1/sign-in`));
  assert.deepEqual(ways.items, [{ issuer: 'people', path: '/sign-in?issuer=people' }]);
  const there = await browser.go(
    `${own}/sign-in?issuer=people&to=/approvals/1%3Fx=1`,
    {},
    (url) => !url.startsWith(own),
  );
  const asked = new URL(there.url);
  assert.equal(asked.searchParams.get('code_challenge_method'), 'S256');
  assert.equal(asked.searchParams.get('redirect_uri'), `${own}/sign-in/callback`);
  assert.equal(asked.searchParams.get('scope'), 'openid');
  const page = await browser.choose(await browser.go(there.url), 'lea', (url) => url.startsWith(`${own}/approvals`));
  assert.equal(page.url, `${own}/approvals/1?x=1`);
  const [session = '', attempt] = [page.headers['set-cookie'] ?? []].flat();
  assert.match(
    session,
    /^__Host-sallyport-session=[0-9a-z]{26}\.[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=28800$/,
  );
  assert.match(attempt ?? '', /^__Host-sallyport-sign-in=; .*Max-Age=0/);
  const self = json(await me(browser));
  assert.deepEqual(
    [self.subject, self.issuer, self.groups, self.kind, self.seats],
    ['p:lea', 'people', ['leads'], 'person', ['p/held']],
  );
  assert.ok(Date.parse(self.session.idleEndsAt) < Date.parse(self.session.endsAt));
  const events = await console_.world.events();
  const begun = events.find((event) => event.type === 'login.changed' && event.login === self.session.id);
  assert.ok(begun?.type === 'login.changed' && begun.person.subject === 'p:lea' && begun.peer === '127.0.0.1');
  assert.doesNotMatch(
    JSON.stringify(events),
    new RegExp(browser.cookie(own, SESSION) as string),
    'the cookie is nowhere',
  );
});

test('T61: CSRF: a change with a session needs the console’s own origin, no other site, and what its pages know', async () => {
  const browser = await signedIn('ada');
  const other = json(await me(await signedIn('ada'))).session.csrf;
  const kill = { what: 'caller', value: 'ci:nobody', reason: 'a try' };
  for (const more of [
    { origin: undefined },
    { origin: 'null' },
    { origin: 'https://evil.example' },
    { origin: own.replace(/:\d+$/, ':1') },
    { origin: own.replace('https', 'http') },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'x-csrf-token': undefined },
    { 'x-csrf-token': '' },
    { 'x-csrf-token': other },
  ])
    assert.equal(codeOf(await change(browser, '/kills', kill, more)), '403 ORIGIN_REFUSED', JSON.stringify(more));
  // A page under another name for the same address, as DNS rebinding makes it.
  assert.equal(codeOf(await change(browser, '/kills', kill, { host: 'evil.example' })), '403 ORIGIN_REFUSED');
  assert.equal(codeOf(await me(browser, { 'sec-fetch-site': 'cross-site' })), '403 ORIGIN_REFUSED', 'nor is it read');
  assert.equal((await change(browser, '/kills', kill)).status, 201);
});

test('a session never keeps the id that a browser had before (fixation), and the one before is over', async () => {
  const browser = await signedIn('sam');
  const first = browser.cookie(own, SESSION) as string;
  await browser.signIn(own, 'eve');
  assert.notEqual(browser.cookie(own, SESSION), first);
  const thief = console_.browser();
  thief.setCookie(own, SESSION, first);
  assert.equal(codeOf(await me(thief)), '401 SESSION_ENDED');
  const victim = console_.browser();
  victim.setCookie(own, SESSION, `${'0'.repeat(26)}.${'A'.repeat(43)}`);
  await victim.signIn(own, 'sam');
  assert.doesNotMatch(victim.cookie(own, SESSION) as string, /^0{26}/);
});

test('an answer of the provider counts in the browser that asked, once, and as it was asked', async () => {
  const attacker = console_.browser();
  const page = await attacker.go(`${own}/sign-in?issuer=people`);
  const { url } = await attacker.choose(page, 'sam', (next) => next.startsWith(own));
  const failed = async (browser: SmallBrowser, at: string) => {
    const reply = await browser.ask(at);
    assert.equal(browser.cookie(own, SESSION), undefined);
    assert.match(reply.text, /SIGN_IN_FAILED/, reply.text);
    return reply.status;
  };
  // The attacker's answer in another's browser: it would sign the victim in as the attacker.
  assert.equal(await failed(console_.browser(), url), 403);
  const begun = console_.browser();
  await begun.go(`${own}/sign-in?issuer=people`);
  assert.equal(await failed(begun, url), 403, 'nor where that one has begun itself: the state is another');
  const changed = (key: string, value?: string) => {
    const other = new URL(url);
    if (value === undefined) other.searchParams.delete(key);
    else other.searchParams.set(key, value);
    return other.href;
  };
  const tries = [
    changed('state', 'x'),
    changed('state'),
    changed('iss', 'https://evil.example'),
    changed('iss'),
    changed('code', 'x'),
  ];
  for (const at of tries) {
    const browser = console_.browser();
    browser.setCookie(own, ATTEMPT, attacker.cookie(own, ATTEMPT));
    assert.equal(await failed(browser, at), 403, at);
    assert.equal(browser.cookie(own, ATTEMPT), undefined, 'what failed is not tried again');
  }
  assert.equal((await attacker.ask(url)).status, 303);
  const again = console_.browser();
  again.setCookie(own, ATTEMPT, attacker.cookie(own, ATTEMPT));
  assert.equal(await failed(again, url), 403, 'a code counts once');
});

test('nobody is sent elsewhere after signing in, however that is written', async () => {
  for (const to of [
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/%5cevil.example',
    'javascript:alert(1)',
    '/a\r\nset-cookie:x',
    '@evil.example',
    `/${'a'.repeat(2_000)}`,
  ]) {
    const browser = console_.browser();
    const page = await browser.go(`${own}/sign-in?issuer=people&to=${encodeURIComponent(to)}`);
    const back = await browser.choose(page, 'sam', (url) => /^https:/.test(url) && !url.startsWith(`${own}/sign-in`));
    assert.equal(new URL(back.url).origin, own, to);
  }
  const foreign = await console_
    .browser()
    .ask(`${own}/sign-in?issuer=people`, { headers: { 'sec-fetch-site': 'cross-site' } });
  assert.equal(foreign.headers.location, `${own}/`, 'another site sends nobody to sign in');
  const elsewhere = await console_.browser().ask(`${own}/sign-in?issuer=people`, { headers: { host: 'localhost:1' } });
  assert.equal(elsewhere.headers.location, `${own}/sign-in?issuer=people`, 'it begins at its own name alone');
  assert.equal((await console_.browser().ask(`${own}/sign-in?issuer=main`)).status, 404);
  assert.equal((await console_.browser().ask(`${own}/sign-in/other`)).status, 404);
});

test('a sign-in is as recent as the issuer says; one of which it does not say when is no recent one', async () => {
  const isAway = (url: string) => !url.startsWith(own);
  const sent = async (more: string) => {
    const { url } = await console_.browser().go(`${own}/sign-in?issuer=people${more}`, {}, isAway);
    return new URL(url).searchParams.get('max_age');
  };
  assert.equal(await sent('&fresh=true'), '10', 'the issuer is to ask the person, also one that it knows');
  assert.equal(await sent(''), '31536000', 'it is to say when it saw the person, however long ago');

  const told = json(await me(await signedIn('lea'))).session.signedInAt;
  assert.ok(Math.abs(Date.now() - Date.parse(told)) < 10 * 60_000, told);

  // Whoever is at the browser takes the question out on the way, and the issuer says nothing.
  const browser = console_.browser();
  const there = new URL((await browser.go(`${own}/sign-in?issuer=people`, {}, isAway)).url);
  there.searchParams.delete('max_age');
  await browser.choose(await browser.go(there.href), 'lea', (url) => url === `${own}/`);
  const { session } = json(await me(browser));
  assert.ok(session.id);
  assert.equal(session.signedInAt, undefined);
});

test('signing out ends this session, or all of the person’s, at once, with their streams', async () => {
  const [one, two, other] = [await signedIn('lea'), await signedIn('lea'), await signedIn('sam')];
  const stream = await events(one);
  const left = await change(one, '/sign-out', {});
  assert.deepEqual(json(left), { ended: 1 });
  assert.match(String(left.headers['set-cookie']), /Max-Age=0/);
  await stream.ended;
  assert.equal(one.cookie(own, SESSION), undefined);
  assert.equal((await me(two)).status, 200);
  const three = await signedIn('lea');
  assert.ok(json(await change(three, '/sign-out', { everywhere: true })).ended >= 2);
  assert.equal(codeOf(await me(two)), '401 SESSION_ENDED');
  assert.equal((await me(other)).status, 200);
});

test('an operator’s kill ends the sessions of whom it stops', async () => {
  const [ada, sam] = [await signedIn('ada'), await signedIn('sam')];
  assert.equal((await change(ada, '/kills', { what: 'caller', value: 'p:sam', reason: 'left' })).status, 201);
  assert.equal(codeOf(await me(sam)), '401 SESSION_ENDED');
});

/** A key belongs to who is there, at a browser: it is begun in a session alone. */
const KEY_OF_A_BROWSER = '/api/v1/keys/challenge';
/** What nobody needs to be anyone for: keys to verify with, the way in, and what a chat signs. */
const PUBLIC = new Set(
  ['health', 'jwks', 'journal/keys', 'sign-in', 'chat/{name}/slack'].map((path) => `/api/v1/${path}`),
);

test('T77: every route, with the session of each role, answers as it does to their token; the data path answers no cookie', async () => {
  const { paths } = JSON.parse((await (await signedIn('eve')).ask(`${own}/api/v1/openapi.json`)).text) as {
    paths: Record<string, Record<string, object>>;
  };
  const dispatcher = new Agent({ connect: { ca: console_.world.caPem } });
  const walked: string[] = [];
  for (const [subject, groups] of [
    ['eve', ['auditors']],
    ['ada', ['admins']],
    ['lea', ['leads']],
  ] as const) {
    const browser = await signedIn(subject);
    const token = await console_.people.tokenFor(subject, groups);
    const { csrf } = json(await me(browser)).session;
    for (const [path, operations] of Object.entries(paths)) {
      if (path.endsWith('/events') || path.endsWith('/sign-out')) continue;
      for (const method of Object.keys(operations)) {
        const url = own + path.replace(/\{(id|name)\}/, '01h00000000000000000000000');
        const sent = { method: method.toUpperCase() as 'GET', ...(method === 'post' ? { body: '{}' } : {}) };
        const type = method === 'post' ? { 'content-type': 'application/json' } : {};
        const headers = { ...type, origin: own, 'x-csrf-token': csrf };
        const byCookie = await unhurried(() => browser.ask(url, { ...sent, headers }));
        const byToken = await unhurried(async () => {
          const reply = await request(url, {
            ...sent,
            dispatcher,
            headers: { ...type, authorization: `Bearer ${token}` },
          });
          await reply.body.dump();
          return { status: reply.statusCode, headers: reply.headers };
        });
        if (path === KEY_OF_A_BROWSER) assert.equal(byToken.status, 403);
        else assert.equal(byCookie.status, byToken.status, `${subject} ${method} ${path}`);
        walked.push(path);
        const both = await unhurried(() =>
          browser.ask(url, { ...sent, headers: { ...type, authorization: `Bearer ${token}` } }),
        );
        if (!PUBLIC.has(path)) assert.equal(codeOf(both), '400 CREDENTIALS_AMBIGUOUS', path);
      }
    }
    const onDataPath = await browser.ask(`${console_.world.gateway.url}/k8s/demo/api/v1/namespaces/shop/pods`);
    assert.equal(onDataPath.status, 401);
  }
  await dispatcher.destroy();
  assert.ok(walked.length > 60);
});

/** The session's event stream, once it has begun. */
async function events(browser: SmallBrowser): Promise<{ readonly ended: Promise<void> }> {
  const dispatcher = new Agent({ connect: { ca: console_.world.caPem } });
  const reply = await request(`${own}/api/v1/approvals/events`, {
    dispatcher,
    headers: { cookie: `${SESSION}=${browser.cookie(own, SESSION)}` },
  });
  assert.equal(reply.statusCode, 200);
  const ended = reply.body.dump({ limit: 1_000_000 }).then(() => dispatcher.destroy());
  return { ended };
}
