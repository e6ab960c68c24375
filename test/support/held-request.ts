import { DEFAULT_HOLD } from '../../src/model/hold-terms.ts';
import type { HeldRequest } from '../../src/pipeline/approvals.ts';
import type { ExchangeId, SessionId } from '../../src/std/ids.ts';
import { callerOf, operationOf } from './operation.ts';

/** A request that one rule holds, of which nothing is looked up: the delete of a pod by `ci:dev`, or what `part` says of it. */
export function heldRequest(exchange: string, digest: string, part: Partial<HeldRequest> = {}): HeldRequest {
  return {
    caller: callerOf({ subject: 'ci:dev' }),
    operation: operationOf({ method: 'DELETE', uri: '/api/v1/namespaces/shop/pods/web' }),
    exchange: exchange as ExchangeId,
    session: 's' as SessionId,
    digest,
    holds: [{ ...DEFAULT_HOLD, rule: 'p/h', reason: '', approvers: [{ subjects: ['p:*'] }] }],
    look: undefined,
    call: undefined,
    attendedMs: 60_000,
    show: async () => ({
      operation: 'delete it',
      asked: '',
      risk: 'plain',
      risks: [],
      mayDiffer: [],
      missing: [],
      reason: '',
    }),
    preview: undefined,
    namespaceLabels: async () => null,
    ...part,
  };
}
