/*
 * The RBAC of a target as objects, the least that configuration and policy together need. Where the cluster can do constrained impersonation (from Kubernetes 1.36 on)
 * the gateway gets that alone: whom it may name, and for which verbs and resources; the old right beside it would make every limit decoration.
 *
 * The gateway may name one uid in constrained impersonation and none by the old right. So a question asked under that uid shows by which right it was answered:
 * that is the probe of `--prove`.
 *
 * Source: KEP-5284
 */
import { type Acting, onBehalfNeeded, whomNeeded } from '../../policy/rbac-export/gateway-needed.ts';
import type { NeededRule } from '../../policy/rbac-export/needed-rule.ts';
import type { CallerNeed, RbacNeeded, Scoped } from '../../policy/rbac-export/rbac-needed.ts';

/** Who comes to the cluster: a service account, or a user or group of what stands before it. */
export type Account =
  | { readonly kind: 'ServiceAccount'; readonly name: string; readonly namespace: string }
  | { readonly kind: 'User' | 'Group'; readonly name: string };

export interface Bootstrap {
  readonly needed: RbacNeeded;
  readonly gateway: Account;
  /** Who looks up; the gateway itself where there is no reader. */
  readonly reader: Account;
  readonly impersonation: Acting;
  /** Whether each caller bears the gateway’s marker. */
  readonly isMarked: boolean;
  /** Whether callers are named one by one under `resourceNames`. */
  readonly isNamed: boolean;
}

/** An object, and what a reader should know of it. */
export interface Manifest {
  readonly comment: string;
  readonly object: object;
}

/** The objects, in the order in which they are applied. */
export function bootstrapObjects(bootstrap: Bootstrap): readonly Manifest[] {
  const { needed, gateway, reader, impersonation } = bootstrap;
  return [
    ...accounts([gateway, reader]),
    ...(impersonation === 'none'
      ? []
      : bound('sallyport-gateway', [whomNeeded({ ...bootstrap, acting: impersonation })], gateway, WHOM)),
    ...(impersonation === 'constrained'
      ? bound('sallyport-gateway-on-behalf', onBehalfNeeded(needed), gateway, ON_BEHALF)
      : []),
    ...needed.reader.flatMap((scoped) => bound('sallyport-reader', [scoped], reader, READER)),
    ...needed.callers.flatMap((need) => callersRole(need, impersonation === 'none' ? gateway : undefined)),
  ];
}

const WHOM = 'Whom the gateway may act for.';
const ON_BEHALF = 'What it may do on their behalf: what policy may permit, and what every caller asks about itself.';
const READER =
  'What is looked up before a decision. Nothing here reads a Secret, but where `podSecrets` names the namespace.';

function accounts(all: readonly Account[]): readonly Manifest[] {
  const own = all.filter((account) => account.kind === 'ServiceAccount');
  const namespaces = [...new Set(own.map(({ namespace }) => namespace))];
  const different = new Map(own.map((account) => [`${account.namespace}/${account.name}`, account]));
  return [
    ...namespaces.map((name) => ({ comment: '', object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } } })),
    ...[...different.values()].map(({ name, namespace }) => ({
      comment: '',
      object: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
    })),
  ];
}

function callersRole(
  { rule, users, groups, ...scoped }: CallerNeed,
  instead: Account | undefined,
): readonly Manifest[] {
  const name = `sallyport-rule-${rule.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`.slice(0, 200);
  const callers: readonly Account[] = [
    ...users.map((user) => ({ kind: 'User', name: user }) as const),
    ...groups.map((group) => ({ kind: 'Group', name: group }) as const),
  ];
  const comment = `What rule \`${rule}\` may permit its callers.`;
  return bound(name, [scoped], instead === undefined ? callers : [instead], comment);
}

function bound(
  name: string,
  scopes: readonly Scoped[],
  who: Account | readonly Account[],
  comment: string,
): readonly Manifest[] {
  const subjects = ([who].flat() as readonly Account[]).map(subjectOf);
  return scopes.flatMap(({ namespaces, rules }) =>
    namespaces.length === 0
      ? pair('Cluster', { name }, rules, subjects, comment)
      : namespaces.flatMap((namespace) => pair('', { name, namespace }, rules, subjects, comment)),
  );
}

function pair(
  scope: 'Cluster' | '',
  metadata: { readonly name: string; readonly namespace?: string },
  rules: readonly NeededRule[],
  subjects: readonly object[],
  comment: string,
): readonly Manifest[] {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const kind = `${scope}Role`;
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind, name: metadata.name };
  return [
    { comment, object: { apiVersion, kind, metadata, rules } },
    { comment: '', object: { apiVersion, kind: `${kind}Binding`, metadata, roleRef, subjects } },
  ];
}

function subjectOf(account: Account): object {
  return account.kind === 'ServiceAccount' ? account : { apiGroup: 'rbac.authorization.k8s.io', ...account };
}
