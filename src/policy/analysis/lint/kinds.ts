/* Resources, names, paths and namespaces that are spelt so that nothing has them. */
import type { Rule } from '../../rule.ts';
import type { Catalog } from '../space.ts';
import type { Advice } from './advice.ts';

/** Kinds that Kubernetes does not have in the groups of the rule, what only looks like a wildcard, and names, paths and namespaces that no request has. */
export function* kinds(rule: Rule, catalog: Catalog): Generator<Advice> {
  yield* resources(rule, catalog);
  yield* names(rule);
}

function* resources(rule: Rule, catalog: Catalog): Generator<Advice> {
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

function* names(rule: Rule): Generator<Advice> {
  const { resourceNames, nonResourceURLs, namespaces = [] } = rule;
  const letter = (entry: string) => `\`${entry}\` is no wildcard in RBAC: it is matched to the letter`;
  for (const name of resourceNames.filter((entry) => entry.includes('*'))) {
    const fix = 'name the objects, or ask in `when`: `operation.name.startsWith(…)`';
    yield { rule, code: 'no-wildcard', field: 'resourceNames', message: letter(name), fix };
  }
  for (const url of nonResourceURLs) {
    const field = 'nonResourceURLs';
    if (/\*+[^*]/.test(url)) {
      const fix = 'end the path with the `*`, or name the paths';
      yield { rule, code: 'no-wildcard', field, message: letter(url), fix };
    } else if (!/^[/*]/.test(url)) {
      const message = `every path begins with a slash, so \`${url}\` matches none`;
      yield { rule, code: 'dead-entry', field, message, fix: `write \`/${url}\`` };
    }
  }
  for (const match of namespaces) {
    if (!('name' in match) || /^[-a-z0-9*]{1,100}$/.test(match.name)) continue;
    const message = `no namespace has a name such as \`${match.name}\``;
    const fix = 'names of namespaces are lower-case letters, digits and `-`';
    yield { rule, code: 'dead-entry', field: 'namespaces', message, fix };
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
