/* Policy, targets, health, keys and the way back. */

import type { GatewayStatus, TargetPlace } from '../../../src/control/contract.ts';
import type { KeyView } from '../../../src/control/key-contract.ts';
import type { NoticeView } from '../../../src/control/notices/notice-contract.ts';
import type {
  PolicyView,
  RuleView,
  ShadowReport,
  Tried,
  WhoCanAnswer,
  WhyAnswer,
} from '../../../src/control/policy-contract.ts';
import type { TargetCheckView } from '../../../src/control/targets/target-check-contract.ts';
import type { UndoView } from '../../../src/control/undo-contract.ts';
import { ago } from './people.ts';

function rule(id: string, part: Partial<RuleView> = {}): RuleView {
  return {
    id,
    effect: 'allow',
    isObserved: false,
    file: 'policy/prod.yaml',
    line: 12,
    reason: '',
    callers: ['in triage', 'ci:*'],
    targets: ['prod-eu'],
    verbs: ['get', 'list', 'watch'],
    apiGroups: ['', 'apps'],
    resources: ['pods', 'deployments', 'configmaps'],
    resourceNames: [],
    nonResourceURLs: [],
    namespaces: ['shop', 'cart'],
    conditions: [],
    gives: [],
    uses: 4_812,
    lastAt: ago(4),
    ...part,
  };
}

export const POLICY: PolicyView = {
  since: ago(30 * 86_400),
  isWhole: true,
  files: ['policy/prod.yaml', 'policy/staging.yaml'],
  findings: [],
  items: [
    rule('prod/read'),
    rule('prod/scale', {
      effect: 'hold',
      line: 24,
      verbs: ['patch'],
      resources: ['deployments/scale'],
      apiGroups: ['apps'],
      uses: 14,
      reason: 'changes of the shop are seen by its owners',
    }),
    rule('prod/scale-for-a-time', { effect: 'request', line: 40, uses: 3, conditions: ['object.spec.replicas <= 20'] }),
    rule('prod/no-secrets', {
      effect: 'deny',
      line: 51,
      resources: ['secrets'],
      uses: 0,
      lastAt: undefined as never,
      isObserved: true,
    }),
    rule('staging/everything', {
      file: 'policy/staging.yaml',
      line: 9,
      targets: ['staging'],
      namespaces: undefined as never,
      uses: 0,
      lastAt: undefined as never,
    }),
  ].map((each) => JSON.parse(JSON.stringify(each)) as RuleView),
};

export const BROKEN_POLICY: PolicyView = {
  ...POLICY,
  findings: ['`policy/prod.yaml:31:7`: `verb` is no key of a rule; did you mean `verbs`?'],
};

export const FILES = {
  items: [
    {
      file: 'policy/prod.yaml',
      text: 'apiVersion: sallyport.dev/v1\nkind: Policy\nmetadata: { name: prod }\nrules:\n  - { id: read, effect: allow, verbs: [get, list], apiGroups: [""], resources: [pods] }\n',
    },
    {
      file: 'policy/staging.yaml',
      text: 'apiVersion: sallyport.dev/v1\nkind: Policy\nmetadata: { name: staging }\nrules: []\n',
    },
  ],
};

/** What a change of it comes to. */
export const TRIED: Tried = {
  patch:
    '--- a/policy/prod.yaml\n+++ b/policy/prod.yaml\n@@ -3,3 +3,4 @@\n metadata: { name: prod }\n rules:\n   - { id: read, effect: allow, verbs: [get, list], apiGroups: [""], resources: [pods] }\n+  - { id: no-secrets, effect: deny, verbs: ["*"], apiGroups: [""], resources: [secrets] }\n',
  findings: [
    {
      file: 'policy/prod.yaml',
      line: 5,
      column: 5,
      severity: 'warning',
      message: 'rule `read` has no `callers`, and is for everybody who signs in',
      fix: 'name who it is for',
    },
  ],
  changes: ['can no longer be done:', '  ci:deploy-bot | get secrets | namespace: shop | target: prod-eu'],
  tests: [
    {
      file: 'policy/prod.test.yaml',
      line: 4,
      name: 'the bot reads pods',
      isPassed: true,
      expected: 'allow',
      got: 'allow',
    },
    {
      file: 'policy/prod.test.yaml',
      line: 9,
      name: 'the bot reads its token',
      isPassed: false,
      expected: 'allow',
      got: 'deny',
    },
  ],
  simulation: {
    exchanges: 8_120,
    differ: [
      {
        caller: 'ci:deploy-bot',
        target: 'prod-eu',
        operation: 'get secrets in shop',
        before: { effect: 'allow', rule: 'prod/read' },
        after: { effect: 'deny', rule: 'prod/no-secrets' },
        needs: [],
        times: 44,
        last: 'e-10',
      },
    ],
    mayDiffer: [],
    notAsRecorded: 0,
    notReadAgain: 3,
  },
};

export const WHY: WhyAnswer = {
  items: [
    {
      answer: 'deny',
      request: { method: 'DELETE', uri: '/apis/apps/v1/namespaces/shop/deployments/web' },
      decision: { effect: 'deny', rule: '', reason: 'no rule lets `ci:deploy-bot` delete `deployments.apps`' },
      nearest: [
        {
          id: 'prod/read',
          effect: 'allow',
          source: { file: 'policy/prod.yaml', line: 12 },
          differences: [{ field: 'verbs', rule: 'get, list, watch', question: 'delete' }],
        },
      ],
    },
  ],
};

const part = {
  callers: 'in leads',
  targets: 'prod-eu',
  operations: 'delete pods',
  namespaces: 'shop',
  names: '',
  rule: 'prod/read',
  when: [],
  grants: [],
  unless: [],
};
export const WHO_CAN: WhoCanAnswer = {
  allowed: [part],
  held: [{ ...part, callers: 'in triage', unless: ['a guard is open'] }],
};

export const SHADOW: ShadowReport = {
  exchanges: 8_120,
  items: [
    {
      caller: 'ci:deploy-bot',
      target: 'prod-eu',
      operation: 'get secrets in shop',
      was: 'allow',
      would: 'deny',
      rule: 'prod/no-secrets',
      times: 44,
      last: 'e-03',
    },
  ],
  rules: [{ id: 'deploy-bot-secrets', effect: 'allow', verbs: ['get'], resources: ['secrets'] }],
};

export const TARGETS: readonly TargetPlace[] = [
  { name: 'prod-eu', from: 'file', port: 8443, path: '/k8s/prod-eu', hostNames: [] },
  { name: 'staging', from: 'api', port: 8443, path: '', hostNames: ['staging.gate.example.com'] },
];

export const LOOKED: TargetCheckView = {
  target: 'prod-eu',
  at: ago(2),
  state: 'failed',
  checks: [
    { check: 'reach', state: 'ok', message: 'it answers' },
    { check: 'certificate', state: 'warning', message: 'ends at 2026-03-16T08:00:00Z, in 5 days' },
    { check: 'clock', state: 'ok', message: 'is the gateway’s, within 40 ms' },
    { check: 'credential', state: 'ok', message: 'is `system:serviceaccount:sallyport:gateway`; ends in 11 h' },
    { check: 'impersonation', state: 'ok', message: 'a caller comes as themselves, with their groups' },
    {
      check: 'rights',
      state: 'failed',
      message: 'some of what the policy needs is not granted',
      missing: ['get pods/log in shop', 'list namespaces'],
      tooMuch: ['delete nodes'],
    },
    { check: 'reader', state: 'unknown', message: 'no reader is configured' },
  ],
};

export const UNTOLD: readonly NoticeView[] = [
  {
    id: 'n-1',
    state: 'dead',
    notifier: 'ops-slack',
    kind: 'approval.asked',
    title: 'ci:deploy-bot asks to delete namespaces `team-x` on prod-eu',
    at: ago(30_000),
    tries: 12,
    nextAt: ago(9_000),
    failure: 'it answered 410',
  },
  {
    id: 'n-2',
    state: 'dead',
    notifier: 'pager',
    kind: 'glass.broken',
    title: 'p:una has broken the glass: delete pods `orders-db-0` in namespace `shop`',
    at: ago(80_000),
    tries: 12,
    nextAt: ago(60_000),
    failure: 'getaddrinfo ENOTFOUND events.example.com',
  },
];

export const WELL: GatewayStatus = {
  reasons: [],
  warnings: [],
  unsafe: [],
  parts: [
    { part: 'journal', state: 'ok', message: 'all to line 4812 is on the disk; 38.2 GB of the disk are free' },
    { part: 'index', state: 'ok', message: 'has all of the journal, to line 4812' },
    { part: 'store', state: 'ok', message: 'answers' },
    { part: 'policy', state: 'ok', message: '5 rules are in force' },
    { part: 'certificate', state: 'ok', message: 'ends on 2026-05-30, in 81 days' },
    { part: 'issuer', name: 'ci', state: 'ok', message: '3 keys, fetched 4 min ago' },
    {
      part: 'issuer',
      name: 'people',
      state: 'unknown',
      message: 'its keys are fetched with the first token that it gave',
    },
    { part: 'notices', state: 'ok', message: '0 wait to be sent, none was given up' },
    { part: 'receiver', name: 'siem', state: 'ok', message: 'has all' },
  ],
};
export const AILING: GatewayStatus = {
  parts: [
    {
      part: 'journal',
      worker: 1,
      state: 'failed',
      message: 'all to line 4812 is on the disk; 31.4 MB of the disk are free',
    },
    {
      part: 'journal',
      worker: 2,
      state: 'ok',
      message: 'all to line 3377 is on the disk; 38.2 GB of the disk are free',
    },
    {
      part: 'index',
      worker: 1,
      state: 'warning',
      message: 'has the journal to line 1200 of 4812: what came later is not found yet',
    },
    { part: 'store', state: 'ok', message: 'answers' },
    { part: 'policy', state: 'warning', message: '5 rules are in force, of older files: those of now are refused' },
    { part: 'certificate', state: 'warning', message: 'ends on 2026-03-17, in 6 days' },
    {
      part: 'issuer',
      name: 'ci',
      worker: 2,
      state: 'failed',
      message:
        'its keys cannot be fetched, so none of its tokens is taken: getaddrinfo ENOTFOUND token.actions.example.com',
    },
    {
      part: 'issuer',
      name: 'people',
      state: 'warning',
      message: '2 keys, fetched 3 h ago, are believed for 21 h more: connect ECONNREFUSED 10.0.0.7:443',
    },
    { part: 'notices', state: 'warning', message: '3 wait to be sent, 2 were given up' },
    { part: 'receiver', name: 'siem', state: 'warning', message: 'has taken nothing for 40 min: it answered 503' },
  ],
  reasons: ['the journal cannot be written: the disk of `/var/lib/sallyport` is full'],
  warnings: ['the certificate of `prod-eu` ends in 6 days', '2 notices could not be delivered to `ops-slack`'],
  unsafe: [
    '`openGuards: [secrets]` lets every caller read Secrets',
    '`observe` forwards what policy would refuse on `staging`, until 2026-03-31',
  ],
};

export const KEYS: readonly KeyView[] = [
  {
    id: 'key-1',
    name: 'laptop',
    owner: { subject: 'p:lea.brandt', issuer: 'https://login.example.com' },
    enrolledAt: ago(900_000),
    countsFrom: ago(800_000),
    confirmedBy: 'p:ada',
    line: 'webauthn:es256:MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE7d3f0c5ae2b94c1f8a6b5d4e3f2a1b0c',
  },
  {
    id: 'key-2',
    name: 'security key on the ring',
    owner: { subject: 'p:lea.brandt', issuer: 'https://login.example.com' },
    enrolledAt: ago(100),
    countsFrom: ago(-86_000),
    line: 'webauthn:es256:MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE1f0a9b8c7d6e5f4a7d3f0c5ae2b94c1f',
  },
];

export const WAY_BACK: UndoView = {
  exchange: 'e-10',
  kind: 'some',
  operation: 'patch deployments/scale.apps `web` back to what it was',
  asked: 'PATCH /apis/apps/v1/namespaces/shop/deployments/web/scale',
  lost: ['3 pods that were started meanwhile'],
  changes: [{ at: '/spec/replicas', before: '9', after: '3' }],
  missing: [],
  digest: '1f0a9b8c7d6e5f4a7d3f0c5ae2b94c1f8a6b5d4e3f2a1b0c9d8e7f6a5b4c3d2e',
};
