import type { GrantView } from '../../../src/control/contract.ts';

type Scope = Omit<GrantView['scopes'][number], 'rule'>;

/** What a grant lets its holder do, as a sentence with its names between backticks. */
export function scopeWords({ verbs, resources, apiGroups, resourceNames, namespaces, target }: Scope): string {
  const group = apiGroups.filter((name) => name !== '').join(', ');
  return [
    `${verbs.join(', ')} ${resources.join(', ')}`,
    ...(group === '' ? [] : [`of ${named(group.split(', '))}`]),
    ...(resourceNames.length === 0 ? [] : [`named ${named(resourceNames)}`]),
    ...(namespaces.length === 0 ? [] : [`in namespace ${named(namespaces)}`]),
    `on ${named([target])}`,
  ].join(' ');
}

function named(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
