import type { RawRequest } from '../../model/request.ts';

/** Stands before the path of a request that is only planned, behind what names the target. No API server serves it, and a gateway of before it knows no such path. */
const PLAN_PATH = '/sallyport-plan';

/** The request that is to be planned; undefined: it is meant. */
export function plannedRequest(raw: RawRequest): RawRequest | undefined {
  return raw.uri.startsWith(`${PLAN_PATH}/`)
    ? { ...raw, uri: raw.uri.slice(PLAN_PATH.length), isPlanned: true }
    : undefined;
}
