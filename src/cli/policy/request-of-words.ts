/*
 * A command line in kubectl's words as what matters of its requests: `delete pod web -n prod` is DELETE /api/v1/namespaces/prod/pods/web.
 *
 * What comes out is a request and not an operation, so that it is read by the data path's own reader and nothing is known here of how requests are
 * judged. Where kubectl would send several (a `get` before an `apply`), it is the one that changes, streams or shows something; where
 * several do (`drain`, `cp` into a pod), all of them.
 */
import { CliError } from '../cli-error.ts';
import type { KnownKind } from './known-kinds.ts';
import type { OfflineRequest } from './offline-request.ts';
import {
  type Asked,
  type Command,
  type Manifest,
  named,
  pathOf,
  selectors,
  withQuery,
  writeQuery,
} from './place-of-words.ts';
import { attach, copy, exec, logs, portForward } from './pod-words.ts';
import { rollout } from './rollout-words.ts';
import { sortWords } from './words.ts';

/**
 * The requests that the words stand for, most often one; a namespaced kind without `-n` is in `default`, as kubectl has it.
 *
 * @param object what a write sends; a create without one sends the bare name
 * @throws {CliError} words that stand for no request
 */
export function requestsOfWords(words: readonly string[], object?: Manifest): readonly OfflineRequest[] {
  const sorted = sortWords(words);
  const [verb = '', ...rest] = sorted.plain;
  if (verb === '') throw new CliError('name a verb and what it is for, such as `delete pod web -n prod`');
  if (rest[0]?.startsWith('/')) return [pathRequest(verb, rest[0])];
  const command = COMMANDS[verb];
  if (command === undefined) {
    throw new CliError(`\`${verb}\` is no verb that makes a request; there are ${Object.keys(COMMANDS).join(', ')}`);
  }
  return command({ verb, rest, words: sorted, object });
}

const one =
  (command: (asked: Asked) => OfflineRequest): Command =>
  (asked) => [command(asked)];

const COMMANDS: Readonly<Record<string, Command>> = {
  get: one(read),
  list: one(read),
  watch: one(read),
  create: one(create),
  update: one((asked) => write(asked, 'PUT', 'application/json')),
  replace: one((asked) => write(asked, 'PUT', 'application/json')),
  patch: one((asked) => write(asked, 'PATCH', 'application/merge-patch+json')),
  edit: one((asked) => write(asked, 'PATCH', 'application/merge-patch+json')),
  apply: one((asked) => write(asked, 'PATCH', 'application/apply-patch+yaml')),
  delete: one((asked) => remove(asked, true)),
  deletecollection: one((asked) => remove(asked, false)),
  scale: one(scale),
  rollout,
  cordon: (asked) => [cordon(asked, true)],
  uncordon: (asked) => [cordon(asked, false)],
  drain,
  evict: one(evict),
  exec,
  attach,
  cp: copy,
  logs,
  log: logs,
  'port-forward': portForward,
  portforward: portForward,
  proxy: one(proxy),
};

const METHODS: Readonly<Record<string, string>> = {
  get: 'GET',
  head: 'HEAD',
  post: 'POST',
  create: 'POST',
  put: 'PUT',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
};

function pathRequest(verb: string, uri: string): OfflineRequest {
  const method = METHODS[verb];
  if (method === undefined)
    throw new CliError(`\`${verb}\` is no verb for a path; there are ${Object.keys(METHODS).join(', ')}`);
  return { method, uri };
}

function read(asked: Asked): OfflineRequest {
  const place = named(asked);
  const isWatch = asked.verb === 'watch' || asked.words.options.has('watch');
  if (asked.verb === 'list' && place.name !== '')
    throw new CliError('a `list` has no name; use `get`, or `--field-selector`');
  const pairs = [...selectors(asked), ...(isWatch ? [['watch', 'true']] : [])];
  if (!isWatch || place.name === '') return { method: 'GET', uri: withQuery(pathOf(asked, place), pairs) };
  const one = ['fieldSelector', `metadata.name=${place.name}`];
  return { method: 'GET', uri: withQuery(pathOf(asked, { ...place, name: '' }), [...pairs, one]) };
}

function create(asked: Asked): OfflineRequest {
  const place = named(asked);
  const { kind, name, subresource } = place;
  const path = pathOf(asked, subresource === '' ? { ...place, name: '' } : place);
  const bare = kind.kind === '' || subresource !== '' ? undefined : bareObject(kind, name);
  const body = asked.object ?? bare;
  return { method: 'POST', uri: withQuery(path, writeQuery(asked)), ...(body === undefined ? {} : { body }) };
}

function bareObject({ group, version, kind }: KnownKind, name: string): Manifest {
  const metadata = name === '' ? { generateName: 'generated-' } : { name };
  return { apiVersion: group === '' ? version : `${group}/${version}`, kind, metadata };
}

function write(asked: Asked, method: string, mediaType: string): OfflineRequest {
  const place = named(asked);
  if (place.name === '') throw new CliError(`\`${asked.verb}\` needs a name`);
  const isApply = mediaType.startsWith('application/apply');
  const pairs = [
    ...writeQuery(asked),
    ...(isApply ? [['fieldManager', 'kubectl']] : []),
    ...(asked.words.options.has('force') ? [['force', 'true']] : []),
  ];
  const uri = withQuery(pathOf(asked, place), pairs);
  if (asked.object === undefined) return { method, uri };
  return { method, uri, headers: { 'content-type': mediaType }, body: asked.object };
}

function remove(asked: Asked, isOne: boolean): OfflineRequest {
  const place = named(asked);
  if (isOne && place.name === '')
    throw new CliError('`delete` needs a name; all of them at once is `deletecollection`');
  if (!isOne && place.name !== '') throw new CliError('`deletecollection` has no name; one object is `delete`');
  const cascade = asked.words.options.get('cascade');
  const propagation =
    cascade === undefined ? [] : [['propagationPolicy', cascade.charAt(0).toUpperCase() + cascade.slice(1)]];
  return {
    method: 'DELETE',
    uri: withQuery(pathOf(asked, place), [...selectors(asked), ...writeQuery(asked), ...propagation]),
  };
}

function scale(asked: Asked): OfflineRequest {
  const place = named(asked);
  if (place.name === '') throw new CliError('`scale` needs a name');
  const replicas = Number(asked.words.options.get('replicas') ?? Number.NaN);
  if (!Number.isSafeInteger(replicas)) throw new CliError('`scale` needs `--replicas`');
  return {
    method: 'PATCH',
    uri: withQuery(pathOf(asked, { ...place, subresource: 'scale' }), writeQuery(asked)),
    headers: { 'content-type': 'application/merge-patch+json' },
    body: { spec: { replicas } },
  };
}

/** `proxy pod/web /metrics`. */
function proxy(asked: Asked): OfflineRequest {
  const paths = asked.rest.filter((word) => word.startsWith('/'));
  const place = named({ ...asked, rest: asked.rest.filter((word) => !word.startsWith('/')) });
  if (place.name === '') throw new CliError('`proxy` needs a pod, service or node, such as `proxy pod/web /metrics`');
  return { method: 'GET', uri: `${pathOf(asked, { ...place, subresource: 'proxy' })}${paths[0] ?? '/'}` };
}

function evict(asked: Asked): OfflineRequest {
  const place = named(asked, 'pods');
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: place.name } };
  return { method: 'POST', uri: pathOf(asked, { ...place, subresource: 'eviction' }), body };
}

function cordon(asked: Asked, isOn: boolean): OfflineRequest {
  const place = named(asked, 'nodes');
  if (place.name === '') throw new CliError(`\`${asked.verb}\` needs a node`);
  return {
    method: 'PATCH',
    uri: withQuery(pathOf(asked, place), writeQuery(asked)),
    headers: { 'content-type': 'application/strategic-merge-patch+json' },
    body: { spec: { unschedulable: isOn ? true : null } },
  };
}

/**
 * Cordons the node, lists its pods, and evicts each: which these are is not known here.
 *
 * Source: https://github.com/kubernetes/kubectl/blob/v0.37.2/pkg/drain/drain.go
 */
function drain(asked: Asked): readonly OfflineRequest[] {
  const first = cordon(asked, true);
  const { name } = named(asked, 'nodes');
  const pods = withQuery('/api/v1/pods', [['fieldSelector', `spec.nodeName=${name}`], ...selectors(asked)]);
  const note = 'each pod of the node is then evicted: ask for `evict POD -n NAMESPACE` too';
  return [first, { method: 'GET', uri: pods, note }];
}
