/* Every page of the console in every state that a person meets. */
import type { Page } from 'playwright-core';
import * as replies from './replies.ts';
import { DELEGATIONS, OF_OTHERS } from './shown/delegations.ts';
import { AILING, BROKEN_POLICY, UNTOLD } from './shown/gateway.ts';
import { ASK_LINK, grant, HOSTILE_ASK_LINK, KILLS } from './shown/grants.ts';
import { ago, self } from './shown/people.ts';
import * as questions from './shown/questions.ts';
import { WAITS } from './shown/sessions.ts';
import type { Replies } from './stage.ts';

/** A page in one state. */
export interface PageState {
  readonly name: string;
  readonly path: string;
  /** What is answered otherwise than on an ordinary day. */
  readonly replies?: Replies;
  /** What the browser has kept. */
  readonly kept?: Readonly<Record<string, string>>;
  /** A text that is there once the page is. */
  readonly ready: string | RegExp;
  /** What a person does to come there. */
  readonly act?: (page: Page) => Promise<unknown>;
}

const press = (name: string | RegExp) => (page: Page) => page.getByRole('button', { name }).first().click();
const key = (name: string) => (page: Page) => page.keyboard.press(name);
const none = replies.approvals([]);
const broken = {
  problem: 400,
  code: 'REQUEST_MALFORMED',
  detail: 'the store of approvals does not answer in a way that can be read',
  advice: 'try again in a moment',
} as const;
const nobody = { problem: 401, code: 'NO_TOKEN', detail: 'nobody is signed in' } as const;
const unknown = { problem: 404, code: 'NOT_FOUND', detail: 'there is no approval `gone`' } as const;
const onlyOne = (one: { readonly id: string }): Replies => ({
  '/approvals?state=pending': replies.approvals([one]),
  '/approvals': replies.approvals([one]),
  [`/approvals/${one.id}`]: replies.approval(one),
});
const signedInLately: Replies = {
  '/me': replies.me({ session: { ...self().session, signedInAt: ago(240) } }),
};
const withoutRole: Replies = { '/me': replies.me({ roles: [], groups: [] }) };

export const STATES: readonly PageState[] = [
  { name: 'sign-in', path: '/grants', replies: { '/me': nobody }, ready: 'Continue with people' },
  {
    name: 'sign-in-nobody',
    path: '/',
    replies: { '/me': nobody, '/sign-in': replies.issuers([]) },
    ready: /No issuer of persons/,
  },
  { name: 'no-such-page', path: '/nowhere', ready: 'There is no such page' },
  {
    name: 'person-menu',
    path: '/targets',
    ready: 'Targets and health',
    act: async (page) => {
      await press(/You and settings/)(page);
      await page.getByText('Sign out everywhere').waitFor();
    },
  },

  { name: 'inbox', path: '/', ready: 'What makes it dangerous' },
  {
    name: 'inbox-empty',
    path: '/',
    replies: { '/approvals?state=pending': none, '/approvals': none },
    ready: 'Nothing waits for you',
  },
  { name: 'inbox-no-match', path: '/?q=zebra', ready: /^None of the 9 questions/ },
  { name: 'inbox-failed', path: '/', replies: { '/approvals?state=pending': broken }, ready: 'This could not be read' },
  { name: 'inbox-reading', path: '/', replies: { '/approvals?state=pending': 'never' }, ready: 'Inbox' },
  {
    name: 'inbox-own',
    path: '/',
    replies: {
      ...signedInLately,
      '/approvals?state=pending': replies.approvals([questions.ALONE, questions.IN_PLACE]),
      '/approvals': replies.approvals([questions.BROKEN, ...questions.ANSWERED]),
    },
    ready: /may go through alone/,
  },
  { name: 'inbox-keys', path: '/', ready: 'What makes it dangerous', act: key('?') },
  { name: 'inbox-hostile', path: '/', replies: onlyOne(questions.STRANGE), ready: /onerror=hacked/ },

  { name: 'question', path: '/approvals/q-scale', ready: 'What was said about it' },
  { name: 'question-dangerous', path: '/approvals/q-delete', ready: 'What goes with it' },
  { name: 'question-armed', path: '/approvals/q-delete', ready: 'What goes with it', act: key('a') },
  { name: 'question-rejecting', path: '/approvals/q-delete', ready: 'What goes with it', act: key('r') },
  {
    name: 'question-less',
    path: '/approvals/q-scale',
    ready: 'What was said about it',
    act: async (page) => {
      await press('Less of it, or more')(page);
      await page.getByRole('button', { name: 'Less of it', exact: true }).click();
      await press('Add an edit')(page);
    },
  },
  {
    name: 'question-rest',
    path: '/approvals/q-scale',
    ready: 'What was said about it',
    act: async (page) => {
      await press('Less of it, or more')(page);
      await press('And the rest of its command')(page);
    },
  },
  {
    name: 'question-looking',
    path: '/approvals/q-looking',
    replies: onlyOne(questions.LOOKING),
    ready: /being looked up/,
  },
  {
    name: 'question-exec',
    path: '/approvals/q-exec',
    replies: onlyOne(questions.EXEC),
    ready: 'The command that would run',
  },
  {
    name: 'question-of-others',
    path: '/approvals/q-others',
    replies: onlyOne(questions.OTHERS),
    ready: 'Others answer this',
  },
  { name: 'question-approved', path: '/approvals/q-approved', ready: /covers the rest/ },
  {
    name: 'question-rejected',
    path: '/approvals/q-rejected',
    replies: onlyOne(questions.REJECTED),
    ready: /rejected by/i,
  },
  {
    name: 'question-unknown',
    path: '/approvals/q-unknown',
    replies: onlyOne(questions.UNKNOWN),
    ready: /may have run/i,
  },
  {
    name: 'question-hostile',
    path: '/approvals/q-strange',
    replies: onlyOne(questions.STRANGE),
    ready: /onerror=hacked/,
  },
  {
    name: 'question-alone',
    path: '/approvals/q-alone',
    replies: { ...onlyOne(questions.ALONE), ...signedInLately },
    ready: 'Go through alone…',
  },
  {
    name: 'question-alone-armed',
    path: '/approvals/q-alone',
    replies: { ...onlyOne(questions.ALONE), ...signedInLately },
    ready: 'Go through alone…',
    act: async (page) => {
      await press('Go through alone…')(page);
      await page.getByLabel('Why it cannot wait for anybody else').fill('INC-4711: orders are lost, nobody answers');
      await press(/^Break the glass/)(page);
    },
  },
  {
    name: 'question-alone-stale',
    path: '/approvals/q-alone',
    replies: onlyOne(questions.ALONE),
    ready: /Sign in again/,
  },
  { name: 'question-stale', path: '/approvals/q-stale', replies: onlyOne(questions.STALE), ready: /Sign in again/ },
  {
    name: 'question-broken',
    path: '/approvals/q-broken',
    replies: onlyOne(questions.BROKEN),
    ready: 'glass broken',
  },
  {
    name: 'question-in-place',
    path: '/approvals/q-place',
    replies: onlyOne(questions.IN_PLACE),
    ready: /your answer says so/,
  },
  {
    name: 'question-release',
    path: '/approvals/q-release',
    replies: onlyOne(questions.RELEASE),
    ready: 'What a yes covers by itself',
  },
  {
    name: 'question-planned',
    path: '/approvals/q-planned',
    replies: onlyOne(questions.PLANNED),
    ready: 'Request 2 of 2',
  },
  {
    name: 'question-gone',
    path: '/approvals/gone',
    replies: { '/approvals/gone': unknown },
    ready: 'This could not be read',
  },

  { name: 'now', path: '/now', ready: 'orders-db-0' },
  {
    name: 'now-stopped',
    path: '/now',
    replies: { '/kills': { json: { items: KILLS, next: null } } },
    ready: /it deletes what/,
  },
  { name: 'now-empty', path: '/now', replies: { '/who': { json: { items: [], next: null } } }, ready: 'Nobody is in' },
  { name: 'now-no-role', path: '/now', replies: withoutRole, ready: 'You may not see this' },
  { name: 'now-stopping', path: '/now', ready: 'orders-db-0', act: press('Stop everybody…') },

  { name: 'grants', path: '/grants', ready: /deployments\/scale/ },
  {
    name: 'grants-used',
    path: '/grants',
    ready: /deployments\/scale/,
    act: async (page) => {
      await press('What of it was used?')(page);
      await page.getByText('Ask for this one').waitFor();
    },
  },
  { name: 'grants-pending', path: '/grants?state=pending', ready: /deployments\/scale/ },
  { name: 'grants-ended', path: '/grants?state=ended', ready: 'Ended by' },
  {
    name: 'grants-empty',
    path: '/grants',
    replies: { '/grants?state=live': replies.grantList([]) },
    ready: 'No grant of yours is in force',
  },
  {
    name: 'grant',
    path: '/grants?id=g-7',
    replies: { '/grants/g-7': replies.grant(grant('g-7', { state: 'ended', endedBy: 'uses' })) },
    ready: 'Ended by',
  },
  { name: 'ask', path: '/grants/ask', ready: 'What you were refused lately' },
  { name: 'ask-linked', path: ASK_LINK, ready: /A program was refused/ },
  { name: 'ask-hostile', path: HOSTILE_ASK_LINK, ready: 'In it is what cannot be seen' },
  { name: 'ask-mistakes', path: '/grants/ask', ready: 'Ask for it', act: press('Ask for it') },

  { name: 'sessions', path: '/sessions', ready: 'ai:triage-7' },
  {
    name: 'sessions-empty',
    path: '/sessions',
    replies: { '/sessions': replies.sessionList([]) },
    ready: 'Nothing is recorded yet',
  },
  { name: 'sessions-failed', path: '/sessions', replies: { '/sessions': broken }, ready: 'This could not be read' },
  {
    name: 'sessions-no-match',
    path: '/sessions?caller=nobody',
    replies: { '/sessions': replies.sessionList([]) },
    ready: 'Nothing matches',
  },
  {
    name: 'sessions-saved',
    path: '/sessions?decision=deny&since=24h',
    kept: {
      'sallyport-searches': JSON.stringify([{ name: 'refused today', filters: { decision: 'deny', since: '24h' } }]),
    },
    ready: 'refused today',
    act: press('Save this search'),
  },
  { name: 'session', path: '/sessions/s-1', ready: 'What was run' },
  { name: 'session-refused', path: '/sessions/s-1?kind=refused', ready: 'DENIED_BY_SILENCE' },
  { name: 'call', path: '/exchanges/e-10', ready: 'In the journal' },
  {
    name: 'call-waits',
    path: '/exchanges/e-14',
    replies: { '/exchanges/e-14': replies.exchange(WAITS) },
    ready: /waits for a person/,
  },
  { name: 'call-refused', path: '/exchanges/e-11', ready: 'In the journal' },
  {
    name: 'call-terminal',
    path: '/exchanges/e-12',
    ready: /In the journal/,
    act: (page) => page.getByText('orders=>').first().waitFor(),
  },
  {
    name: 'call-undo',
    path: '/exchanges/e-10',
    ready: 'In the journal',
    act: async (page) => {
      await press('Look at the way back')(page);
      await page.getByText('What does not come back').waitFor();
      await press('Compare with another call…')(page);
    },
  },
  { name: 'compare', path: '/compare?a=e-05&b=e-10', ready: 'Reply' },

  { name: 'policy', path: '/policy', ready: 'prod/scale-for-a-time' },
  {
    name: 'policy-broken',
    path: '/policy',
    replies: { '/policy': replies.policy(BROKEN_POLICY) },
    ready: /is no key of a rule/,
  },
  {
    name: 'policy-why',
    path: '/policy?view=why&as=ci%3Adeploy-bot&groups=ops&command=kubectl%20delete%20deploy%20web',
    ready: 'Why not?',
    act: async (page) => {
      await page.getByLabel('By whom').fill('ci:deploy-bot');
      await page.getByLabel('What is asked').fill('kubectl delete deploy web -n shop --context prod-eu');
      const target = page.getByLabel('Cluster');
      if ((await target.count()) > 0) await target.selectOption('prod-eu');
      await page.getByLabel('What is asked').press('Enter');
      await page.getByText('refused', { exact: true }).waitFor();
    },
  },
  {
    name: 'policy-who-can',
    path: '/policy?view=who-can',
    ready: 'Who can?',
    act: async (page) => {
      await page.getByRole('textbox', { name: 'Verb' }).fill('delete');
      await page.getByRole('textbox', { name: 'Kind' }).fill('pods');
      await page.getByRole('textbox', { name: 'Kind' }).press('Enter');
      await page.locator('article').first().waitFor();
    },
  },
  { name: 'policy-observed', path: '/policy?view=observed', ready: 'get secrets in shop' },
  { name: 'policy-propose', path: '/policy?view=propose', ready: /Check, test and simulate/ },
  {
    name: 'policy-tried',
    path: '/policy?view=propose',
    ready: /Check, test and simulate/,
    act: async (page) => {
      await page.getByRole('textbox', { name: 'Edit policy/prod.yaml', exact: true }).click();
      await page.keyboard.press('Control+End');
      await page.keyboard.type('  - { id: no-secrets, effect: deny, verbs: ["*"], resources: [secrets] }');
      await press(/Check, test and simulate/)(page);
      await page.getByText('+++ b/policy/prod.yaml', { exact: true }).waitFor();
    },
  },
  { name: 'policy-no-role', path: '/policy', replies: withoutRole, ready: 'You may not see this' },

  { name: 'targets', path: '/targets', ready: 'staging' },
  {
    name: 'targets-empty',
    path: '/targets',
    replies: { '/targets': replies.targetList([]) },
    ready: 'No target',
  },
  { name: 'targets-no-role', path: '/targets', replies: withoutRole, ready: 'staging' },
  {
    name: 'targets-ailing',
    path: '/targets',
    replies: { '/gateway': replies.status(AILING), '/notices': replies.noticeList(UNTOLD) },
    ready: /lets every caller read/,
  },
  {
    name: 'targets-looked',
    path: '/targets',
    ready: 'Look at it now',
    act: async (page) => {
      await press('Look at it now')(page);
      await page.getByText('Rights it needs').waitFor();
    },
  },
  { name: 'stand-ins', path: '/stand-ins', ready: 'You answer for' },
  {
    name: 'stand-ins-all',
    path: '/stand-ins?all=true',
    replies: { '/delegations': replies.delegationList([...DELEGATIONS, OF_OTHERS]) },
    ready: 'Between others',
  },
  {
    name: 'stand-ins-empty',
    path: '/stand-ins',
    replies: { '/delegations': replies.delegationList([]), '/me': replies.me({ roles: [], delegable: [] }) },
    ready: 'No rule lets you hand on what you answer',
  },
  {
    name: 'stand-ins-mistakes',
    path: '/stand-ins',
    replies: { '/delegations': replies.delegationList([]) },
    ready: 'Hand on what you answer',
    act: press('Hand it on'),
  },
  { name: 'keys', path: '/keys', replies: signedInLately, ready: 'security key on the ring' },
  { name: 'keys-stale', path: '/keys', ready: /Sign in again/ },
  { name: 'keys-none', path: '/keys', replies: { '/keys': replies.keyList([]) }, ready: 'You have no key' },
];
