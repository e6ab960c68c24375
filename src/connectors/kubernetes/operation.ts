/*
 * A request as one operation: what the API server will see, and beside it what its fields do not say.
 *
 * Everything here is asked before anything is believed of it: the path and query (request-info), whether an upgrade belongs to it, whether the
 * target serves it in this scope, and what the body holds. Nothing of it is changed on the way.
 */
import type { Operation } from '../../model/operation.ts';
import { Refusal } from '../../model/refusal.ts';
import type { Request } from '../../model/request.ts';
import { UNLISTED_GROUPS } from '../../model/unlisted-groups.ts';
import type { BodyLimits } from './body/body-limits.ts';
import { type ReadBody, readOperationBody } from './body/read-operation-body.ts';
import type { DiscoveredKind } from './discovery/discovered-kinds.ts';
import type { Discovery } from './discovery/discovery.ts';
import { equivalents } from './equivalents.ts';
import { powerOf } from './powers.ts';
import { printable } from './printable.ts';
import { claimedRun } from './request/claimed-run.ts';
import { refuseUnknownKeys } from './request/delete-many.ts';
import { type RequestInfo, requestInfo } from './request/request-info.ts';
import { isConnect, isLog, isStream, streamOptions } from './request/stream-options.ts';
import { checkUpgrade } from './request/upgrade.ts';
import { writeOptions } from './request/write-options.ts';
import { checkScope } from './scope.ts';

/**
 * The very operation that the target will see.
 *
 * @param target the target's name
 * @throws {Refusal} what `requestInfo` refuses; QUERY_AMBIGUOUS a delete of many with a key that not every server takes; UPGRADE_UNSUPPORTED; KIND_UNKNOWN the target does not serve it, or not in this scope;
 * DISCOVERY_UNAVAILABLE; what `Request.readBody` and `readOperationBody` refuse
 */
export async function parseOperation(
  target: string,
  request: Request,
  discovery: Discovery,
  limits: BodyLimits,
): Promise<Operation> {
  const info = requestInfo(request.method, request.uri);
  refuseUnknownKeys(info);
  const power = info.isResourceRequest ? powerOf(info) : undefined;
  checkUpgrade(request, power, info.verb === 'watch' ? 'watch' : isLog(info) ? 'log' : undefined);
  const kind = info.isResourceRequest ? await findKind(info, discovery) : undefined;
  const stream = streamOptions(info, power, request);
  const read = await readBody(request, info, kind, limits);
  const claimed = claimedRun(request);
  return {
    target,
    ...info,
    power,
    equals: [...equivalents(info), ...read.equivalents],
    isChange: isConnect(power) || (isWriting(request.method) && !isReview(info)),
    isStream: isStream(info, power),
    isSecret: power === 'token' || (info.resource === 'secrets' && info.apiGroup === ''),
    options: writeOptions(info, power, read.options),
    stream,
    body: read.body,
    ...(claimed === undefined ? {} : { claimed }),
  };
}

async function findKind(info: RequestInfo, discovery: Discovery): Promise<DiscoveredKind> {
  const { apiGroup, apiVersion, resource, subresource } = info;
  const kind = await discovery.find(apiGroup, apiVersion, resource, subresource);
  if (kind === undefined) {
    const asked = printable(`${resource}${subresource === '' ? '' : `/${subresource}`}`);
    const where = printable(apiGroup === '' ? apiVersion : `${apiGroup}/${apiVersion}`);
    throw new Refusal('KIND_UNKNOWN', `the target does not serve \`${asked}\` in \`${where}\``);
  }
  // Metrics are read, of objects in namespaces and of others alike.
  if (!UNLISTED_GROUPS.has(apiGroup)) checkScope(info, kind);
  else if (!READS.has(info.verb))
    throw new Refusal('KIND_UNKNOWN', `the metrics of \`${printable(apiGroup)}\` are only read`);
  return kind;
}

/** A watch is none of them: no server of metrics has one. */
const READS: ReadonlySet<string> = new Set(['get', 'list']);

const NO_BODY: ReadBody = { body: undefined, options: {}, equivalents: [] };

async function readBody(
  request: Request,
  info: RequestInfo,
  kind: DiscoveredKind | undefined,
  limits: BodyLimits,
): Promise<ReadBody> {
  const { method, headers } = request;
  if (!isWriting(method)) {
    const length = headers.get('content-length')?.[0] ?? '0';
    // Upstream would overlook it, and a reader between here and there might not (T22).
    if (length !== '0' || headers.has('transfer-encoding'))
      throw new Refusal('REQUEST_MALFORMED', `a ${method} has no body`);
    return NO_BODY;
  }
  if (request.upgrade !== undefined) return NO_BODY; // what follows is the stream
  return readOperationBody({
    bytes: await request.readBody(),
    contentType: headers.get('content-type')?.[0],
    path: info,
    expected: kind && { ...kind.groupVersionKind, isNamespaced: kind.isNamespaced },
    limits,
  });
}

function isWriting(method: string): boolean {
  return method !== 'GET' && method !== 'HEAD';
}

/** Questions that are asked by creating an object which is kept nowhere. */
const REVIEWS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['authentication.k8s.io', new Set(['tokenreviews', 'selfsubjectreviews'])],
  [
    'authorization.k8s.io',
    new Set([
      'subjectaccessreviews',
      'selfsubjectaccessreviews',
      'selfsubjectrulesreviews',
      'localsubjectaccessreviews',
    ]),
  ],
]);

function isReview({ verb, apiGroup, resource, subresource }: RequestInfo): boolean {
  return verb === 'create' && subresource === '' && REVIEWS.get(apiGroup)?.has(resource) === true;
}
