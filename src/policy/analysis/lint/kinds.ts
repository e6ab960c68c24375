/* Resources that are spelt so that nothing has them. */
import type { Rule } from '../../rule.ts';
import type { Catalog } from '../space.ts';
import type { Advice } from './advice.ts';

/** Kinds that Kubernetes does not have in the groups of the rule, and what only looks like a wildcard. */
export function* kinds(rule: Rule, catalog: Catalog): Generator<Advice> {
  const own = new Set(catalog.kinds.map(({ apiGroup }) => apiGroup));
  for (const entry of rule.resources) {
    const [resource = '', ...rest] = entry.split('/');
    const subresource = rest.join('/');
    if (resource !== '*' && entry.includes('*')) {
      const fix =
        subresource === '*' ? `name the subresources, or \`*/${'NAME'}\` for one of every kind` : 'name the kinds';
      yield {
        rule,
        code: 'no-wildcard',
        field: 'resources',
        message: `\`${entry}\` is no wildcard in RBAC: it is matched to the letter`,
        fix,
      };
      continue;
    }
    if (resource === '*' || !rule.apiGroups.every((group) => own.has(group))) continue;
    const has = (group: string) =>
      catalog.kinds.some(
        (kind) =>
          kind.apiGroup === group &&
          kind.resource === resource &&
          (subresource === '' || kind.subresource === subresource || subresource === 'finalizers'),
      );
    if (rule.apiGroups.some(has)) continue;
    const elsewhere = [...own].filter(has).map((group) => `\`${group === '' ? '""' : group}\``);
    const fix =
      elsewhere.length > 0
        ? `it is in ${elsewhere.join(' and ')}: add that to \`apiGroups\``
        : `${nearest(resource, catalog)}`;
    yield {
      rule,
      code: 'unknown-kind',
      field: 'resources',
      message: `Kubernetes has no \`${entry}\` in ${rule.apiGroups.map((group) => `\`${group === '' ? '""' : group}\``).join(', ')}`,
      fix,
    };
  }
}

function nearest(resource: string, { kinds: all }: Catalog): string {
  const plural = all.find(
    (kind) => kind.resource === `${resource.toLowerCase()}s` || kind.resource === `${resource.toLowerCase()}es`,
  );
  return plural === undefined
    ? 'check its spelling: resources are lower-case plurals'
    : `write \`${plural.resource}\`, the plural`;
}
