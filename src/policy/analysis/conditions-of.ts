import type { NamespaceMatch, Rule } from '../rule.ts';

/**
 * What a rule asks beside caller, target, operation, namespace and name, each as one text: equal conditions have equal texts. Whether two different texts
 * mean the same is not asked.
 */
export function conditionTexts(rule: Rule): readonly string[] {
  const { query, times, exec, log, portForward, proxy, when, hold } = rule;
  const texts = Object.entries({ query, exec, log, portForward, proxy }).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key} ${canonical(value)}`],
  );
  if (times !== undefined) texts.push(`times ${timesText(times)}`);
  if (when !== undefined) texts.push(`when ${when.trim().replaceAll(/\s+/g, ' ')}`);
  if (hold?.novelMs !== undefined) texts.push(`novel ${hold.novelMs}`);
  return texts;
}

/** What a rule gives or changes beside saying yes. */
export function grantTexts({ amend, serviceAccounts, mountableSecrets, helm }: Rule): readonly string[] {
  return [
    ...amend.map((edit) => `amended by ${canonical(edit)}`),
    ...(serviceAccounts.length === 0 ? [] : [`with service accounts ${[...serviceAccounts].sort().join(', ')}`]),
    ...(mountableSecrets.length === 0 ? [] : [`with Secrets ${[...mountableSecrets].sort().join(', ')} to mount`]),
    ...(helm === true ? ['with records of Helm’s releases'] : []),
  ];
}

/** The condition of a namespace that is told by its labels. */
export function selectorText(match: NamespaceMatch): string {
  return 'selector' in match ? `namespace labels ${canonical(match.selector)}` : '';
}

function timesText({ startsAt, endsAt, windows }: NonNullable<Rule['times']>): string {
  return canonical({
    ...(startsAt === undefined ? {} : { startsAt: new Date(startsAt).toISOString() }),
    ...(endsAt === undefined ? {} : { endsAt: new Date(endsAt).toISOString() }),
    ...(windows === undefined ? {} : { windows }),
  });
}

/** JSON with its keys in order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
