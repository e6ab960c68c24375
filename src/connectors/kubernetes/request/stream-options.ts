import type { Power, StreamOptions } from '../../../model/operation.ts';
import { Refusal } from '../../../model/refusal.ts';
import type { Request } from '../../../model/request.ts';
import { printable } from '../printable.ts';
import { streamProtocol } from '../streams/stream-protocol.ts';
import { isTrue } from './list-options.ts';
import type { RequestInfo } from './request-info.ts';

/**
 * What exec, attach, port-forward, log and the proxies ask of their pod, service or node, as the API server reads it from query and path;
 * undefined for what asks nothing of the kind. The ports are those of the query where upstream forwards these; none where the stream names them.
 *
 * @throws {Refusal} QUERY_AMBIGUOUS a port that the API server would not take; UPGRADE_UNSUPPORTED see `streamProtocol`
 * Source: PodExecOptions, PodAttachOptions, PodPortForwardOptions and PodLogOptions of
 * https://github.com/kubernetes/api/blob/v0.35.4/core/v1/types.go, and their conversion from a query
 */
export function streamOptions(
  info: RequestInfo,
  power: Power | undefined,
  request: Pick<Request, 'upgrade' | 'headers'>,
): StreamOptions | undefined {
  switch (power) {
    case 'exec':
    case 'attach':
      return commandOptions(info, power);
    case 'portforward':
      return { ...NOTHING, ports: ports(info, request) };
    case 'pods-proxy':
    case 'services-proxy':
    case 'nodes-proxy':
      return { ...NOTHING, proxyPath: proxyPath(info) };
    default:
      return isLog(info) ? { ...NOTHING, container: container(info) } : undefined;
  }
}

/** Whether the reply has no end of its own: a watch, a log that is followed, and whatever leaves HTTP or goes on behind the API server. */
export function isStream(info: RequestInfo, power: Power | undefined): boolean {
  if (info.verb === 'watch') return true;
  if (isLog(info)) return isTrue(info.query.get('follow')?.[0]);
  return power !== undefined && STREAMED.has(power);
}

/** Whether the power goes through an upgrade or a proxy, so that a GET may change what it reaches. */
export function isConnect(power: Power | undefined): boolean {
  return power !== undefined && STREAMED.has(power);
}

const STREAMED: ReadonlySet<Power> = new Set([
  'exec',
  'attach',
  'portforward',
  'pods-proxy',
  'services-proxy',
  'nodes-proxy',
]);

const NOTHING: StreamOptions = {
  container: undefined,
  argv: [],
  isTty: false,
  isStdin: false,
  ports: [],
  proxyPath: undefined,
};

/** Whether it is a pod's log. */
export function isLog(info: RequestInfo): boolean {
  return info.subresource === 'log' && info.resource === 'pods' && info.apiGroup === '' && info.verb === 'get';
}

function commandOptions(info: RequestInfo, power: 'exec' | 'attach'): StreamOptions {
  return {
    ...NOTHING,
    container: container(info),
    argv: power === 'exec' ? (info.query.get('command') ?? []) : [],
    isTty: isTrue(info.query.get('tty')?.[0]),
    isStdin: isTrue(info.query.get('stdin')?.[0]),
  };
}

/** T41: where streams name their ports, upstream overlooks those of the query; they are read all the same, and refused where they are none. */
function ports(info: RequestInfo, request: Pick<Request, 'upgrade' | 'headers'>): readonly number[] {
  const inQuery = (info.query.get('ports') ?? []).flatMap((value) => value.split(',').map(port));
  return streamProtocol(request, 'portforward') === 'channels' ? inQuery : [];
}

function container(info: RequestInfo): string | undefined {
  return info.query.get('container')?.[0] || undefined;
}

function port(text: string): number {
  const value = /^[0-9]{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= 65_535)) throw new Refusal('QUERY_AMBIGUOUS', `\`${printable(text)}\` is not a port`);
  return value;
}

/**
 * The path behind a proxy, made as the API server makes it.
 *
 * Source: getRequestOptions, https://github.com/kubernetes/apiserver/blob/v0.35.4/pkg/endpoints/handlers/get.go
 */
function proxyPath(info: RequestInfo): string {
  const behind = info.parts.slice(info.verb === 'proxy' ? 2 : 3).join('/');
  const path = behind === '' ? '' : `/${behind}`;
  return info.path.endsWith('/') ? `${path}/` : path;
}
