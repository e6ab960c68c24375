/*
 * The powers that hide in other verbs, as one table.
 *
 * A read verb can run a command (`get` on `pods/exec` over WebSocket, `get` on `nodes/proxy`), and an update can mint, bind or free what a
 * rule on the resource itself never spoke of. Each row is a power that no wildcard reaches; it stands beside RequestInfo's fields, never
 * in place of them. `log`, `scale`, `eviction`, `resize` and `status` are ordinary subresources and stand in no row.
 *
 * Some rows never occur as a request of their own: `escalate`, `bind`, `impersonate` and the verbs on `signers` and `finalizers` are asked of the
 * API server's authorizer alone; they are here for whoever answers a SubjectAccessReview.
 *
 * Source: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks, KEP-2862, KEP-4006, KEP-5284
 */
import type { Operation, Power } from '../../model/operation.ts';

interface Row {
  readonly power: Power;
  /** `*` is any. */
  readonly apiGroup: string;
  readonly resource: string;
  readonly subresource: string;
  /** Undefined is any verb, those that read too. */
  readonly verbs: readonly string[] | undefined;
}

const WRITES = ['create', 'update', 'patch', 'delete', 'deletecollection'];

/** One row for each way to a power. */
export const POWERS: readonly Row[] = [
  { power: 'exec', apiGroup: '', resource: 'pods', subresource: 'exec', verbs: undefined },
  { power: 'attach', apiGroup: '', resource: 'pods', subresource: 'attach', verbs: undefined },
  { power: 'portforward', apiGroup: '', resource: 'pods', subresource: 'portforward', verbs: undefined },
  { power: 'pods-proxy', apiGroup: '', resource: 'pods', subresource: 'proxy', verbs: undefined },
  { power: 'services-proxy', apiGroup: '', resource: 'services', subresource: 'proxy', verbs: undefined },
  { power: 'nodes-proxy', apiGroup: '', resource: 'nodes', subresource: 'proxy', verbs: undefined },
  { power: 'pods-proxy', apiGroup: '', resource: 'pods', subresource: '*', verbs: ['proxy'] },
  { power: 'services-proxy', apiGroup: '', resource: 'services', subresource: '*', verbs: ['proxy'] },
  { power: 'nodes-proxy', apiGroup: '', resource: 'nodes', subresource: '*', verbs: ['proxy'] },
  { power: 'ephemeralcontainers', apiGroup: '', resource: 'pods', subresource: 'ephemeralcontainers', verbs: WRITES },
  { power: 'binding', apiGroup: '', resource: 'pods', subresource: 'binding', verbs: WRITES },
  { power: 'binding', apiGroup: '', resource: 'bindings', subresource: '', verbs: WRITES },
  { power: 'finalize', apiGroup: '', resource: 'namespaces', subresource: 'finalize', verbs: WRITES },
  { power: 'finalize', apiGroup: '*', resource: '*', subresource: 'finalizers', verbs: WRITES },
  {
    power: 'approval',
    apiGroup: 'certificates.k8s.io',
    resource: 'certificatesigningrequests',
    subresource: 'approval',
    verbs: WRITES,
  },
  {
    power: 'approval',
    apiGroup: 'certificates.k8s.io',
    resource: 'signers',
    subresource: '',
    verbs: ['approve', 'sign', 'attest'],
  },
  { power: 'token', apiGroup: '', resource: 'serviceaccounts', subresource: 'token', verbs: WRITES },
  { power: 'escalate', apiGroup: 'rbac.authorization.k8s.io', resource: '*', subresource: '', verbs: ['escalate'] },
  { power: 'bind', apiGroup: 'rbac.authorization.k8s.io', resource: '*', subresource: '', verbs: ['bind'] },
];

/** RequestInfo's fields, or those of an access review. */
export type Asked = Pick<Operation, 'verb' | 'apiGroup' | 'resource' | 'subresource'>;

// The table by subresource: most requests have none and meet few rows.
const BY_SUBRESOURCE: ReadonlyMap<string, readonly Row[]> = Map.groupBy(POWERS, ({ subresource }) => subresource);
const ANY_SUBRESOURCE = BY_SUBRESOURCE.get('*') ?? [];

/**
 * The power that the fields amount to, or undefined where they are no more than they say.
 *
 * Impersonation is known by its verb, whatever it is asked on: `impersonate`, and the constrained verbs `impersonate:…` and
 * `impersonate-on:…`.
 */
export function powerOf(asked: Asked): Power | undefined {
  if (asked.verb.startsWith('impersonate')) return 'impersonate';
  const row =
    (BY_SUBRESOURCE.get(asked.subresource) ?? []).find((each) => matches(each, asked)) ??
    ANY_SUBRESOURCE.find((each) => matches(each, asked));
  return row?.power;
}

function matches(row: Row, asked: Asked): boolean {
  return (
    (row.apiGroup === '*' || row.apiGroup === asked.apiGroup) &&
    (row.resource === '*' || row.resource === asked.resource) &&
    (row.verbs === undefined || row.verbs.includes(asked.verb))
  );
}
