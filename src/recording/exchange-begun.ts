import type { Caller } from '../model/caller.ts';
import type { Operation } from '../model/operation.ts';
import type { ExchangeId, SessionId } from '../std/ids.ts';
import type { ExchangeBegun, RecordedCaller, RecordedOperation } from './event.ts';

/** What an exchange begins with. */
export interface Beginning {
  readonly at: number;
  readonly exchange: ExchangeId;
  readonly session: SessionId;
  readonly caller: Caller;
  readonly target: string;
  readonly peer: string;
  readonly method: string;
  /** Undefined where the request could not be read as one. */
  readonly operation: Operation | undefined;
}

/** The intent as it is recorded: without the token's digest, the body's bytes, and what an application's own query may hold. */
export function exchangeBegun(beginning: Beginning): ExchangeBegun {
  const { at, exchange, session, caller, target, peer, method, operation } = beginning;
  const begun = {
    type: 'exchange.begun',
    at,
    exchange,
    session,
    caller: recordedCaller(caller),
    target,
    peer,
    method,
  } as const;
  return operation === undefined ? begun : { ...begun, operation: recordedOperation(operation) };
}

function recordedCaller({ subject, issuer, groups, kind, labels }: Caller): RecordedCaller {
  return { subject, issuer, groups, kind, labels };
}

function recordedOperation(operation: Operation): RecordedOperation {
  const { verb, apiGroup, apiVersion, resource, subresource, namespace, name, path, power, stream, body } = operation;
  return {
    verb,
    apiGroup,
    apiVersion,
    resource,
    subresource,
    namespace,
    name,
    path: isProxy(operation) ? path.slice(0, pathOfProxy(path)) : path,
    ...(power === undefined ? {} : { power }),
    query: recordedQuery(operation),
    ...(stream === undefined ? {} : { stream: recordedStream(stream) }),
    ...(body === undefined
      ? {}
      : { body: { mediaType: body.mediaType, bytes: body.bytes.length, digest: body.digest } }),
  };
}

function recordedStream({
  container,
  argv,
  isTty,
  ports,
}: NonNullable<Operation['stream']>): NonNullable<RecordedOperation['stream']> {
  return {
    ...(container === undefined ? {} : { container }),
    argv,
    tty: isTty,
    ...(ports.length === 0 ? {} : { ports }),
  };
}

/** Behind `/proxy` both path and query are an application's own, and can hold what is secret. */
function isProxy({ power }: Operation): boolean {
  return power === 'pods-proxy' || power === 'services-proxy' || power === 'nodes-proxy';
}

function pathOfProxy(path: string): number {
  const at = path.indexOf('/proxy');
  return at === -1 ? path.length : at + '/proxy'.length;
}

/**
 * Keys of the Kubernetes API; `command` is not among them, since it stands in `argv`.
 *
 * Source: meta.k8s.io/v1 ListOptions, GetOptions, CreateOptions, UpdateOptions, PatchOptions, DeleteOptions; v1 PodLogOptions, PodExecOptions,
 * PodAttachOptions, PodPortForwardOptions; https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.35/
 */
const QUERY_KEYS: ReadonlySet<string> = new Set(
  (
    'allowWatchBookmarks container continue dryRun exact export fieldManager fieldSelector fieldValidation follow force gracePeriodSeconds ' +
    'ignoreStoreReadErrorWithClusterBreakingPotential includeObject insecureSkipTLSVerifyBackend labelSelector limit limitBytes orphanDependents ' +
    'ports preconditions pretty previous propagationPolicy resourceVersion resourceVersionMatch sendInitialEvents sinceSeconds sinceTime stderr ' +
    'stdin stdout stream tailLines timeout timeoutSeconds timestamps tty watch'
  ).split(' '),
);

function recordedQuery(operation: Operation): readonly (readonly [string, string])[] {
  if (isProxy(operation)) return [];
  const pairs: [string, string][] = [];
  for (const [key, values] of operation.query) {
    if (QUERY_KEYS.has(key)) for (const value of values) pairs.push([key, value]);
  }
  return pairs;
}
