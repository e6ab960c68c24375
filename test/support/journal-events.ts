/** Events for tests of the journal: small, whole, and told apart by a number. */
import type { Event, ExchangeBegun, ExchangeEnded, Outcome } from '../../src/recording/event.ts';
import type { ExchangeId, SessionId } from '../../src/std/ids.ts';

/** An instant that tests count from. */
export const START_AT = 1_763_715_000_000;

export const exchangeId = (n: number): ExchangeId => `01kaj000000000000000${String(n).padStart(6, '0')}` as ExchangeId;

export const sessionId = (n: number): SessionId => `01kas000000000000000${String(n).padStart(6, '0')}` as SessionId;

/** `get deployments web-<n>` of a caller in session 1. */
export function begun(n: number, changes: Partial<ExchangeBegun> = {}): ExchangeBegun {
  return {
    type: 'exchange.begun',
    at: START_AT + n,
    exchange: exchangeId(n),
    session: sessionId(1),
    caller: { subject: 'ci:deployer', issuer: 'main', groups: ['ci'], kind: 'autonomous', labels: { run: '7' } },
    target: 'prod',
    peer: '127.0.0.1',
    method: 'GET',
    operation: {
      verb: 'get',
      apiGroup: 'apps',
      apiVersion: 'v1',
      resource: 'deployments',
      subresource: '',
      namespace: 'default',
      name: `web-${n}`,
      path: `/apis/apps/v1/namespaces/default/deployments/web-${n}`,
      query: [],
    },
    ...changes,
  };
}

export function permitted(n: number): Event {
  return { type: 'exchange.permitted', at: START_AT + n, exchange: exchangeId(n), rule: 'read' };
}

export function ended(
  n: number,
  outcome: Outcome = { kind: 'answered', status: 200 },
  changes: Partial<ExchangeEnded> = {},
): ExchangeEnded {
  return {
    type: 'exchange.ended',
    at: START_AT + n + 5,
    exchange: exchangeId(n),
    session: sessionId(1),
    outcome,
    decision: { effect: 'allow', rule: 'read' },
    traffic: { bytesIn: 0, bytesOut: 512, durationMs: 5 },
    ...changes,
  };
}
