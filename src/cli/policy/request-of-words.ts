/*
 * A command line in kubectl's words as the one request that matters in it: `delete pod web -n prod` is DELETE /api/v1/namespaces/prod/pods/web.
 *
 * What comes out is a request and not an operation, so that it is read by the data path's own reader and nothing is known here of how requests are
 * judged. Where kubectl would send several (a `get` before an `apply`), it is the one that changes, streams or shows something.
 */
import { CliError } from '../cli-error.ts';
import { findKind, type KnownKind } from './known-kinds.ts';
import type { OfflineRequest } from './offline-request.ts';
import { sortWords, type Words } from './words.ts';

/** An object to send with a write. */
export type Manifest = Readonly<Record<string, unknown>>;

/**
 * The request that the words stand for; a namespaced kind without `-n` is in `default`, as kubectl has it.
 *
 * @param object what a write sends; a create without one sends the bare name
 * @throws {CliError} words that stand for no request
 */
export function requestOfWords(words: readonly string[], object?: Manifest): OfflineRequest {
  const sorted = sortWords(words);
  const [verb = '', ...rest] = sorted.plain;
  if (verb === '') throw new CliError('name a verb and what it is for, such as `delete pod web -n prod`');
  if (rest[0]?.startsWith('/')) return pathRequest(verb, rest[0]);
  const command = COMMANDS[verb];
  if (command === undefined) {
    throw new CliError(`\`${verb}\` is no verb that makes a request; there are ${Object.keys(COMMANDS).join(', ')}`);
  }
  return command({ verb, rest, words: sorted, object });
}

interface Asked {
  readonly verb: string;
  /** The words behind the verb. */
  readonly rest: readonly string[];
  readonly words: Words;
  readonly object: Manifest | undefined;
}

type Command = (asked: Asked) => OfflineRequest;

const COMMANDS: Readonly<Record<string, Command>> = {
  get: read,
  list: read,
  watch: read,
  create,
  update: (asked) => write(asked, 'PUT', 'application/json'),
  replace: (asked) => write(asked, 'PUT', 'application/json'),
  patch: (asked) => write(asked, 'PATCH', 'application/merge-patch+json'),
  edit: (asked) => write(asked, 'PATCH', 'application/merge-patch+json'),
  apply: (asked) => write(asked, 'PATCH', 'application/apply-patch+yaml'),
  delete: (asked) => remove(asked, true),
  deletecollection: (asked) => remove(asked, false),
  scale,
  evict,
  exec: (asked) =>
    onPod(
      asked,
      'exec',
      asked.words.argv.map((argument) => ['command', argument]),
    ),
  attach: (asked) => onPod(asked, 'attach', []),
  logs: (asked) => log(asked),
  log: (asked) => log(asked),
  'port-forward': portForward,
  portforward: portForward,
  proxy,
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

interface Named {
  readonly kind: KnownKind;
  readonly name: string;
  readonly subresource: string;
}

/** What `pod web`, `pod/web`, `pods/log web` and `deployments.apps` name. */
function named({ rest, words }: Asked, fallback?: string): Named {
  const [first = fallback ?? '', second] = rest;
  const [word = '', behind] = first.split('/');
  const kind = findKind(word);
  if (kind === undefined && fallback !== undefined && behind === undefined)
    return { ...named({ ...emptyAsked, words }, fallback), name: word };
  if (kind === undefined) {
    throw new CliError(
      `\`${word}\` is no kind that Kubernetes has; name a custom one in full, as \`things.example.com\``,
    );
  }
  const option = words.options.get('subresource') ?? '';
  const isSubresource = behind !== undefined && option === '' && kind.subresources.includes(behind);
  const name = isSubresource ? second : (behind ?? second);
  return { kind, name: name ?? '', subresource: isSubresource ? behind : option };
}

const emptyAsked: Asked = { verb: '', rest: [], words: { plain: [], options: new Map(), argv: [] }, object: undefined };

function isAcross({ words }: Asked): boolean {
  return words.options.has('all-namespaces');
}

/** The path of a kind's collection, or of one object of it. */
function pathOf(asked: Asked, { kind, name, subresource }: Named): string {
  const { group, version, resource, isNamespaced } = kind;
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const namespace = asked.words.options.get('namespace') ?? 'default';
  const isCustom = kind.kind === '';
  const hasNamespace = isCustom
    ? asked.words.options.has('namespace')
    : isNamespaced && !(isAcross(asked) && name === '');
  const parts = [...(hasNamespace ? ['namespaces', namespace] : []), resource, name, subresource];
  return [root, ...parts.filter((part) => part !== '').map(encodeURIComponent)].join('/');
}

function withQuery(path: string, pairs: readonly (readonly string[])[]): string {
  const query = new URLSearchParams(pairs.map(([key = '', value = '']) => [key, value])).toString();
  return query === '' ? path : `${path}?${query}`;
}

function selectors({ words }: Asked): readonly (readonly string[])[] {
  return [
    ['labelSelector', words.options.get('selector') ?? ''],
    ['fieldSelector', words.options.get('field-selector') ?? ''],
  ].filter(([, value]) => value !== '');
}

/** Options of a write that stand in its query. */
function writeQuery({ words }: Asked): readonly (readonly string[])[] {
  const dryRun = words.options.get('dry-run');
  if (dryRun !== undefined && dryRun !== 'server') throw new CliError('only `--dry-run=server` makes a request');
  return dryRun === undefined ? [] : [['dryRun', 'All']];
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

function evict(asked: Asked): OfflineRequest {
  const place = named(asked, 'pods');
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: place.name } };
  return { method: 'POST', uri: pathOf(asked, { ...place, subresource: 'eviction' }), body };
}

function onPod(asked: Asked, subresource: string, pairs: readonly (readonly string[])[]): OfflineRequest {
  const place = named(asked, 'pods');
  if (place.name === '') throw new CliError(`\`${asked.verb}\` needs a pod`);
  const { options } = asked.words;
  const all = [
    ...pairs,
    ...(options.has('container') ? [['container', options.get('container') as string]] : []),
    ...['stdin', 'tty'].filter((flag) => options.has(flag)).map((flag) => [flag, 'true']),
    ...(subresource === 'portforward'
      ? []
      : [
          ['stdout', 'true'],
          ['stderr', 'true'],
        ]),
  ];
  return { method: 'GET', uri: withQuery(pathOf(asked, { ...place, subresource }), all), isUpgrade: true };
}

function log(asked: Asked): OfflineRequest {
  const place = named(asked, 'pods');
  if (place.name === '') throw new CliError('`logs` needs a pod');
  const container = asked.words.options.get('container');
  const pairs = [
    ...(container === undefined ? [] : [['container', container]]),
    ...(asked.words.options.has('follow') ? [['follow', 'true']] : []),
  ];
  return { method: 'GET', uri: withQuery(pathOf(asked, { ...place, subresource: 'log' }), pairs) };
}

function portForward(asked: Asked): OfflineRequest {
  const [pod = '', ...pairs] = asked.rest;
  const ports = pairs.map((pair) => pair.split(':').at(-1) as string);
  if (ports.some((port) => !/^\d{1,5}$/.test(port))) throw new CliError('`port-forward` takes ports such as `8080:80`');
  return onPod(
    { ...asked, rest: [pod] },
    'portforward',
    ports.map((port) => ['ports', port]),
  );
}

/** `proxy pod/web /metrics`. */
function proxy(asked: Asked): OfflineRequest {
  const paths = asked.rest.filter((word) => word.startsWith('/'));
  const place = named({ ...asked, rest: asked.rest.filter((word) => !word.startsWith('/')) });
  if (place.name === '') throw new CliError('`proxy` needs a pod, service or node, such as `proxy pod/web /metrics`');
  return { method: 'GET', uri: `${pathOf(asked, { ...place, subresource: 'proxy' })}${paths[0] ?? '/'}` };
}
