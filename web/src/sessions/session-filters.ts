import type { SessionFilters } from '../api/queries.ts';

const KEYS = ['text', 'caller', 'target', 'namespace', 'resource', 'verb', 'rule', 'since'] as const;

/** Filters as an address has them; what is no filter, or no text, is left out. */
export function sessionFilters(search: Readonly<Record<string, unknown>>): SessionFilters {
  const named = KEYS.flatMap((key) => {
    const value = search[key];
    return typeof value === 'string' && value !== ''
      ? [[key, value]]
      : typeof value === 'number'
        ? [[key, String(value)]]
        : [];
  });
  const { decision } = search;
  return {
    ...Object.fromEntries(named),
    ...(decision === 'allow' || decision === 'deny' || decision === 'hold' ? { decision } : {}),
  };
}
