import type { ClassSet } from './partition.ts';
import { OTHER, type Space, type What } from './space.ts';

/**
 * Operations in words: `get, list of pods, deployments.apps`. Kinds that have the same verbs stand together, and what a wildcard would say is said with one.
 */
export function describeWhats({ whats }: Space, set: ClassSet): string {
  const verbs = new Map<string, Set<string>>();
  const possible = new Map<string, Set<string>>();
  whats.forEach((what, i) => {
    const kind = kindText(what);
    add(possible, kind, what.verb);
    if ((set & (1n << BigInt(i))) !== 0n) add(verbs, kind, what.verb);
  });
  const byVerbs = Map.groupBy(verbs, ([kind, own]) => verbsText(own, possible.get(kind) as Set<string>));
  return [...byVerbs]
    .map(
      ([text, kinds]) =>
        `${text} of ${kindsText(
          kinds.map(([kind]) => kind),
          whats,
        )}`,
    )
    .join('; ');
}

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  const own = map.get(key) ?? new Set();
  map.set(key, own.add(value));
}

function verbsText(own: ReadonlySet<string>, possible: ReadonlySet<string>): string {
  return own.size === possible.size ? 'every verb' : [...own].join(', ');
}

const ANY = 'any other kind';

/** `pods/log`, `deployments.apps/scale`, `/healthz`. */
function kindText(what: What): string {
  if (!what.isResource) return what.path === '' ? 'any other path' : what.path;
  const { apiGroup, resource, subresource } = what;
  const name = resource === OTHER ? ANY : resource;
  const group =
    apiGroup === ''
      ? resource === OTHER
        ? ' of the core group'
        : ''
      : apiGroup === OTHER
        ? resource === OTHER
          ? ''
          : '.*'
        : resource === OTHER
          ? ` of ${apiGroup}`
          : `.${apiGroup}`;
  const sub = subresource === '' ? '' : subresource === OTHER ? '/<any other>' : `/${subresource}`;
  return `${name}${group}${sub}`;
}

/** Every kind, all but a few, or those. */
function kindsText(kinds: readonly string[], whats: readonly What[]): string {
  const all = new Set(whats.filter((what) => what.isResource).map(kindText));
  const own = new Set(kinds);
  const missing = [...all].filter((kind) => !own.has(kind));
  if (missing.length === 0) return 'every kind';
  const named = kinds.filter((kind) => !kind.startsWith(ANY));
  const hasOther = named.length < kinds.length;
  const missed = missing.filter((kind) => !kind.startsWith(ANY));
  if (hasOther && missed.length < named.length)
    return `every kind but ${missed.length === 0 ? 'some that nobody has named' : missed.join(', ')}`;
  return [...named, ...(hasOther ? [ANY] : [])].join(', ');
}
