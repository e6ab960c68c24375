import type { Grant } from '../grant/grant.ts';
import type { Use } from '../policy/observed/narrow-rule.ts';
import { narrowScope } from '../policy/observed/narrow-scope.ts';
import type { Catalog, FoundExchange, Viewer } from '../recording/found.ts';
import type { GrantUse } from './contract.ts';
import { scopeView } from './views.ts';

/** Limit: exchanges that are looked through, the newest. */
const LOOKED_MAX = 10_000;
const PAGE = 1_000;
/** Limit: where a verb reached more objects of a kind than this, the proposal leaves their names open. */
const NAMES_MAX = 20;

type Scopes = GrantUse['narrower'];

/**
 * What of a grant was used, and the scopes that would have been enough: they permit nothing that the grant does not (test/policy/narrow-laws.test.ts). It is by what the
 * viewer may see of it, at this gateway.
 */
export async function grantUse(
  catalog: Pick<Catalog, 'exchanges'>,
  viewer: Viewer,
  { id, parts }: Pick<Grant, 'id' | 'parts'>,
): Promise<GrantUse> {
  const all: FoundExchange[] = [];
  for (let before: string | undefined; all.length < LOOKED_MAX; before = all.at(-1)?.id) {
    const page = await catalog.exchanges(viewer, { grant: id, decision: 'allow' }, { before, limit: PAGE });
    all.push(...page);
    if (page.length < PAGE) break;
  }
  const narrower = parts.flatMap(({ rule, scope }) =>
    narrowScope(scope, usesBy(all, rule), NAMES_MAX).map((one) => scopeView(rule, one)),
  );
  const allowed = parts.map(({ rule, scope }) => scopeView(rule, scope));
  return {
    exchanges: all.length,
    isWhole: all.length < LOOKED_MAX,
    isWider: sorted(allowed) !== sorted(narrower),
    narrower,
  };
}

function usesBy(exchanges: readonly FoundExchange[], rule: string): readonly Use[] {
  return exchanges
    .filter((exchange) => exchange.rule === rule)
    .map(({ path, verb, apiGroup, resource, subresource, namespace, name }) => ({
      ...{ isResourceRequest: resource !== '', path: resource === '' ? path : '' },
      ...{ verb, apiGroup, resource, subresource, power: undefined, namespace, name },
    }));
}

/** Which scopes say the same, in whatever order. */
function sorted(scopes: Scopes): string {
  const words = scopes.map(({ rule, target, unmask, ...lists }) =>
    JSON.stringify([
      rule,
      target,
      unmask === true,
      ...Object.entries(lists)
        .map(([key, list]) => [key, list.toSorted()])
        .sort(),
    ]),
  );
  return JSON.stringify(words.sort());
}
