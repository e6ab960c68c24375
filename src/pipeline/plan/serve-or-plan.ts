import type { Answer } from '../../model/reply.ts';
import type { RawRequest } from '../../model/request.ts';
import type { Gateway } from '../gateway.ts';
import { serve } from '../serve.ts';
import { plan } from './plan.ts';
import { plannedRequest } from './plan-path.ts';

/** What every request that a gateway takes is answered by: the data path, or, where it is only to be planned, what it would do. */
export async function serveOrPlan(gateway: Gateway, raw: RawRequest, signal: AbortSignal): Promise<Answer> {
  const planned = plannedRequest(raw);
  return planned === undefined ? serve(gateway, raw, signal) : plan(gateway, planned, signal);
}
