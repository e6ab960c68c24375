/*
 * The rights of a target's credentials beside what configuration and policy need: the very rules that `sallyport target bootstrap` prints. Rights are looked at in every namespace at once, in those that
 * policy names, and in the two where what is too much would do the most.
 */
import type { TargetToCheck } from '../connectors/kubernetes/check/check-target.ts';
import { heldRights } from '../connectors/kubernetes/check/held-rights.ts';
import { TARGET_CHECK_LIMITS } from '../connectors/kubernetes/check/target-check-limits.ts';
import { Refusal } from '../model/refusal.ts';
import type { TargetChecked } from '../model/target-check.ts';
import { type Acting, onBehalfNeeded, whomNeeded } from '../policy/rbac-export/gateway-needed.ts';
import type { NeededRule } from '../policy/rbac-export/needed-rule.ts';
import type { RbacNeeded, Scoped } from '../policy/rbac-export/rbac-needed.ts';
import { type ComparedRights, comparedRights, EVERYBODYS_RIGHTS } from '../policy/rbac-export/rights-compared.ts';

interface Terms {
  readonly needed: RbacNeeded;
  readonly upstreamIdentity: 'caller' | 'credential';
  readonly isMarked: boolean;
  readonly hasReader: boolean;
}

/** A namespace that no cluster has: what may be done there may be done in every one. */
const NOWHERE = 'sallyport-target-check-nowhere';

/** Always looked at. */
const TELLING = ['default', 'kube-system'];

/** Holds a credential to what it needs. */
export function rightsChecker(terms: Terms): TargetToCheck['rightsOf'] {
  return async ({ credential, right, isConstrained, self, signal }) => {
    const acting =
      right === undefined ? (isConstrained ? 'constrained' : 'legacy') : right === 'legacy' ? 'legacy' : 'constrained';
    const readings = credential === 'reader' ? [terms.needed.reader] : neededOfOwn(terms, acting);
    const rightsIn = (namespace: string) => heldRights(self, namespace, signal);
    try {
      const compared: Compared[] = [];
      for (const needed of readings) compared.push(await compare(needed, rightsIn));
      const best = compared.reduce((a, b) => (b.missing.length < a.missing.length ? b : a));
      return foundOf(best, terms.needed.leftOut);
    } catch (error) {
      const why =
        error instanceof Refusal && error.detail !== ''
          ? `${error.message} (${error.detail})`
          : (error as Error).message;
      return { state: 'unknown', message: `the cluster does not say what it may: ${why}` };
    }
  };
}

/** What the gateway's own credential needs; where callers can be named one by one, that reading as well. */
function neededOfOwn(
  { needed, upstreamIdentity, isMarked, hasReader }: Terms,
  acting: Exclude<Acting, 'none'>,
): readonly (readonly Scoped[])[] {
  const looks = hasReader ? [] : needed.reader;
  if (upstreamIdentity === 'credential') return [[...needed.callers, ...looks]];
  const behalf = acting === 'constrained' ? onBehalfNeeded(needed) : [];
  const named = needed.named === undefined ? [false] : [false, true];
  return named.map((isNamed) => [whomNeeded({ needed, acting, isNamed, isMarked }), ...behalf, ...looks]);
}

interface Compared extends ComparedRights {
  readonly isWhole: boolean;
}

async function compare(
  needed: readonly Scoped[],
  rightsIn: (namespace: string) => ReturnType<typeof heldRights>,
): Promise<Compared> {
  const everywhere = needed.flatMap(({ namespaces, rules }) => (namespaces.length === 0 ? rules : []));
  const held = await rightsIn(NOWHERE);
  const found = comparedRights(everywhere, held.rules, EVERYBODYS_RIGHTS);
  const [missing, tooMuch] = [[...found.missing], [...found.tooMuch]];
  let { isWhole } = held;
  const named = [...new Set([...needed.flatMap(({ namespaces }) => namespaces), ...TELLING])];
  for (const namespace of named.slice(0, TARGET_CHECK_LIMITS.namespacesMax)) {
    const here: readonly NeededRule[] = needed.flatMap(({ namespaces, rules }) =>
      namespaces.includes(namespace) ? rules : [],
    );
    const own = await rightsIn(namespace);
    isWhole &&= own.isWhole;
    const compared = comparedRights(here, own.rules, [...everywhere, ...EVERYBODYS_RIGHTS, ...held.rules]);
    const where = (right: string) => `${right} in namespace ${namespace}`;
    missing.push(...compared.missing.map(where));
    tooMuch.push(...compared.tooMuch.map(where));
  }
  return { missing, tooMuch, isWhole };
}

function foundOf({ missing, tooMuch, isWhole }: Compared, leftOut: readonly string[]): Omit<TargetChecked, 'check'> {
  const lists = {
    ...(missing.length === 0 ? {} : { missing: missing.slice(0, TARGET_CHECK_LIMITS.rightsMax) }),
    ...(tooMuch.length === 0 ? {} : { tooMuch: tooMuch.slice(0, TARGET_CHECK_LIMITS.rightsMax) }),
  };
  const beside =
    leftOut.length === 0 ? '' : `; ${leftOut.length} of policy’s rules cannot be said in RBAC to the letter`;
  if (missing.length + tooMuch.length > 0) {
    const words = [
      ...(missing.length === 0 ? [] : [`${missing.length} that it needs are missing`]),
      ...(tooMuch.length === 0 ? [] : [`${tooMuch.length} are more than it needs`]),
    ];
    return {
      state: 'failed',
      message: `of its rights ${words.join(' and ')}${beside}: \`sallyport target bootstrap\` prints the least`,
      ...lists,
    };
  }
  if (!isWhole)
    return {
      state: 'unknown',
      message: 'the cluster’s authorizers cannot list all that they allow; what they list is what it needs',
    };
  return { state: 'ok', message: `it may what it needs, and no more${beside}` };
}
