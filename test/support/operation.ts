import { equivalents } from '../../src/connectors/kubernetes/equivalents.ts';
import { powerOf } from '../../src/connectors/kubernetes/powers.ts';
import { requestInfo } from '../../src/connectors/kubernetes/request/request-info.ts';
import { streamOptions } from '../../src/connectors/kubernetes/request/stream-options.ts';
import { writeOptions } from '../../src/connectors/kubernetes/request/write-options.ts';
import type { Caller } from '../../src/model/caller.ts';
import type { JsonObject, JsonValue, Operation, OperationBody, Patch } from '../../src/model/operation.ts';

/** A request as a test writes it. */
export interface WrittenRequest {
  readonly method: string;
  readonly uri: string;
  /** Default: `application/json`. */
  readonly mediaType?: string;
  readonly body?: unknown;
  readonly target?: string;
}

const PATCH_TYPES: Readonly<Record<string, Exclude<Patch['type'], 'json'>>> = {
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

/** The operation of a request, with the connector's own reading of path and query, and the body as the test gives it. */
export function operationOf(request: WrittenRequest): Operation {
  const info = requestInfo(request.method, request.uri);
  const power = info.isResourceRequest ? powerOf(info) : undefined;
  const body = request.body === undefined ? undefined : bodyOf(request);
  return {
    target: request.target ?? 'demo',
    ...info,
    power,
    equals: equivalents(info),
    isChange: !['GET', 'HEAD'].includes(request.method),
    isStream: false,
    isSecret: false,
    options: writeOptions(info, power, {}),
    stream: streamOptions(info, power, { upgrade: undefined, headers: new Map() }),
    body,
  };
}

function bodyOf({ mediaType = 'application/json', body }: WrittenRequest): OperationBody {
  const read = { mediaType, bytes: Buffer.from(JSON.stringify(body)) };
  if (mediaType === 'application/json-patch+json') {
    return { ...read, object: undefined, patch: { type: 'json', operations: body as readonly JsonValue[] } };
  }
  const type = PATCH_TYPES[mediaType];
  const object = body as JsonObject;
  return {
    ...read,
    object: type === undefined ? object : undefined,
    patch: type === undefined ? undefined : { type, object },
  };
}

/** A caller, as far as a test cares. */
export function callerOf(part: Partial<Caller> = {}): Caller {
  return {
    subject: 'bot',
    groups: [],
    issuer: 'demo',
    kind: 'autonomous',
    labels: {},
    tokenEndsAt: 0,
    tokenDigest: '',
    ...part,
  };
}
