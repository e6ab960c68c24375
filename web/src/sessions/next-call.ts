import type { ExchangeRowView } from '../../../src/control/session-contract.ts';
import { isOf, type Kind } from './kind.ts';

/** The first call of a kind after the one with this id; after none, the first of all. */
export function nextOf(
  calls: readonly ExchangeRowView[],
  kind: Kind,
  after: string | undefined,
): ExchangeRowView | undefined {
  const from = after === undefined ? 0 : calls.findIndex(({ id }) => id === after) + 1;
  return calls.slice(from).find((call) => isOf(call, kind));
}
