/* Policy, targets, health, keys and the way back. */

import type { GatewayStatus, TargetPlace } from '../../../src/control/contract.ts';
import type { KeyView } from '../../../src/control/key-contract.ts';
import type { NoticeView } from '../../../src/control/notices/notice-contract.ts';
import type {
  PolicyView,
  RuleView,
  ShadowReport,
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

export const WELL: GatewayStatus = { reasons: [], warnings: [], unsafe: [] };
export const AILING: GatewayStatus = {
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
