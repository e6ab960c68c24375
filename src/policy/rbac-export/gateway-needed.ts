/*
 * What a cluster's RBAC has to give the gateway's own credential: whom it may act for, and where the cluster can limit that (constrained impersonation), for which
 * verbs and resources. `sallyport target bootstrap` writes it, and `sallyport target check` holds the credential to it.
 *
 * Source: KEP-5284
 */
import { MARKER_KEY } from '../../model/marker-key.ts';
import type { NeededRule } from './needed-rule.ts';
import type { RbacNeeded, Scoped } from './rbac-needed.ts';

/** By which right the gateway acts for callers; `none`: it goes as itself. */
export type Acting = 'constrained' | 'legacy' | 'none';

interface GatewayNeed {
  readonly needed: RbacNeeded;
  readonly acting: Exclude<Acting, 'none'>;
  /** Whether each caller bears the gateway’s marker. */
  readonly isMarked: boolean;
  /** Whether callers are named one by one under `resourceNames`. */
  readonly isNamed: boolean;
}

/** Whom the gateway may act for; in every namespace. */
export function whomNeeded({ needed, acting, isNamed, isMarked }: GatewayNeed): Scoped {
  const isConstrained = acting === 'constrained';
  const apiGroups = [isConstrained ? 'authentication.k8s.io' : ''];
  const verbs = [isConstrained ? 'impersonate:user-info' : 'impersonate'];
  const named = isNamed ? needed.named : undefined;
  const authentication = ['authentication.k8s.io'];
  const marker = isMarked ? [{ verbs, apiGroups: authentication, resources: [`userextras/${MARKER_KEY}`] }] : [];
  const probe = isConstrained ? [{ verbs, apiGroups, resources: ['uids'], resourceNames: [needed.probe.uid] }] : [];
  if (named === undefined)
    return { namespaces: [], rules: [{ verbs, apiGroups, resources: ['users', 'groups'] }, ...probe, ...marker] };
  const users = { verbs, apiGroups, resources: ['users'], resourceNames: [...named.users, needed.probe.user] };
  const groups = { verbs, apiGroups, resources: ['groups'], resourceNames: named.groups };
  return { namespaces: [], rules: [users, ...(named.groups.length === 0 ? [] : [groups]), ...probe, ...marker] };
}

/** What it may do on behalf of callers, in the verbs of constrained impersonation. */
export function onBehalfNeeded({ onBehalf }: RbacNeeded): readonly Scoped[] {
  return onBehalf.map(({ namespaces, rules }) => ({ namespaces, rules: rules.map(inItsVerbs) }));
}

function inItsVerbs(rule: NeededRule): NeededRule {
  return { ...rule, verbs: rule.verbs.map((verb) => `impersonate-on:user-info:${verb}`) };
}
