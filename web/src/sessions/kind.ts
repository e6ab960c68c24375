import type { ExchangeRowView } from '../../../src/control/session-contract.ts';
import type { Meaning } from '../looks/tag.tsx';

/** What a reader looks for among the calls of a session. */
export type Kind = 'all' | 'changes' | 'refused' | 'held';

export const KINDS: readonly Kind[] = ['all', 'changes', 'refused', 'held'];

/** Whether a call is of a kind. */
export function isOf({ isChange, outcome, decision, approval, planned }: ExchangeRowView, kind: Kind): boolean {
  switch (kind) {
    case 'all':
      return true;
    case 'changes':
      return isChange;
    case 'refused':
      return outcome === 'refused' && planned !== true;
    case 'held':
      return decision === 'hold' || approval !== undefined;
  }
}

/** What a call’s colour says: refused or failed, waits or goes on, changed something, or only read or planned. */
export function meaningOf(exchange: ExchangeRowView): Meaning {
  const { outcome, status = 0, isChange, code, planned } = exchange;
  if (outcome === 'open') return 'live';
  if (planned === true) return 'over';
  if (code === 'HELD' || code === 'HELD_WAITING') return 'ask';
  if (outcome !== 'answered' || status >= 400) return 'no';
  if (isOf(exchange, 'held') || isChange) return 'ask';
  return 'over';
}

/** A call in words: the verb and what it is on. */
export function callWords({
  verb,
  resource,
  subresource,
  apiGroup,
  name,
  namespace,
  path,
}: Pick<ExchangeRowView, 'verb' | 'resource' | 'subresource' | 'apiGroup' | 'name' | 'namespace' | 'path'>): string {
  if (resource === '') return `${verb} \`${path}\``;
  const kind = [apiGroup === '' ? resource : `${resource}.${apiGroup}`, subresource].filter(Boolean).join('/');
  return [
    `${verb} ${kind}`,
    ...(name === '' ? [] : [`\`${name}\``]),
    // Its own name says where it is.
    ...(namespace === '' || resource === 'namespaces' ? [] : [`in \`${namespace}\``]),
  ].join(' ');
}
