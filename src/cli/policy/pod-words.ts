/* The commands that reach into a pod: exec, attach, logs, port-forward, cp; of `svc/web` or `deploy/web` it is a pod behind it that they reach. */
import { CliError } from '../cli-error.ts';
import { findKind } from './known-kinds.ts';
import type { OfflineRequest } from './offline-request.ts';
import { type Asked, named, pathOf, withQuery } from './place-of-words.ts';

type Pairs = readonly (readonly string[])[];

/** `exec web -- ls /`. */
export function exec(asked: Asked): readonly OfflineRequest[] {
  return [stream(asked, 'exec', command(asked.words.argv))];
}

/** `attach web`. */
export function attach(asked: Asked): readonly OfflineRequest[] {
  return [stream(asked, 'attach', [])];
}

/** `logs web -f`. */
export function logs(asked: Asked): readonly OfflineRequest[] {
  const { options } = asked.words;
  const pairs = [...containerOf(asked), ...(options.has('follow') ? [['follow', 'true']] : [])];
  const { path, ...pod } = podOf(asked, 'log');
  return [{ method: 'GET', uri: withQuery(path, pairs), ...pod }];
}

/** `port-forward svc/web 8080:80`. */
export function portForward(asked: Asked): readonly OfflineRequest[] {
  const [first = '', ...pairs] = asked.rest;
  const ports = pairs.map((pair) => pair.split(':').at(-1) as string);
  if (ports.some((port) => !/^\d{1,5}$/.test(port))) throw new CliError('`port-forward` takes ports such as `8080:80`');
  const { path, ...pod } = podOf({ ...asked, rest: [first] }, 'portforward');
  const all = [...ports.map((port) => ['ports', port]), ...containerOf(asked)];
  return [{ method: 'GET', uri: withQuery(path, all), isUpgrade: true, ...pod }];
}

/**
 * `cp web:/tmp/f f` is a tar out of the pod; `cp f web:/tmp/f` asks first whether there is such a folder.
 *
 * Source: https://github.com/kubernetes/kubectl/blob/v0.37.2/pkg/cmd/cp/cp.go
 */
export function copy(asked: Asked): readonly OfflineRequest[] {
  const [from = '', to = ''] = asked.rest;
  const [source, destination] = [remote(from), remote(to)];
  if ((source === undefined) === (destination === undefined))
    throw new CliError('`cp` is from a pod or to one: `cp web:/tmp/f f`, `cp f shop/web:/tmp/f`');
  const { namespace, pod, path } = (source ?? destination) as Remote;
  const options =
    namespace === undefined ? asked.words.options : new Map([...asked.words.options, ['namespace', namespace]]);
  const run = (argv: readonly string[], isStdin: boolean) =>
    stream({ ...asked, rest: [pod], words: { ...asked.words, options } }, 'exec', [
      ...command(argv),
      ...(isStdin ? [['stdin', 'true']] : []),
    ]);
  if (source !== undefined) return [run(['tar', 'cf', '-', path], false)];
  const folder = path.replace(/\/+[^/]*$/, '') || '/';
  return [run(['test', '-d', path], false), run(['tar', '-xmf', '-', '-C', folder], true)];
}

interface Remote {
  readonly namespace: string | undefined;
  readonly pod: string;
  readonly path: string;
}

function remote(word: string): Remote | undefined {
  const [, namespace, pod, path] = /^(?:([^/:.]+)\/)?([^/:.][^/:]*):(.+)$/.exec(word) ?? [];
  return pod === undefined || path === undefined ? undefined : { namespace, pod, path };
}

function command(argv: readonly string[]): Pairs {
  return argv.map((argument) => ['command', argument]);
}

function containerOf({ words: { options } }: Asked): Pairs {
  const container = options.get('container');
  return container === undefined ? [] : [['container', container]];
}

function stream(asked: Asked, subresource: string, pairs: Pairs): OfflineRequest {
  const { path, ...pod } = podOf(asked, subresource);
  const { options } = asked.words;
  const all = [
    ...pairs,
    ...containerOf(asked),
    ...['stdin', 'tty'].filter((flag) => options.has(flag)).map((flag) => [flag, 'true']),
    ...['stdout', 'stderr'].map((channel) => [channel, 'true']),
  ];
  return { method: 'GET', uri: withQuery(path, all), isUpgrade: true, ...pod };
}

/** The path of a pod's subresource. Of what has pods, one of them: kubectl looks up which, and of a service which of its ports is the pod's. */
function podOf(
  asked: Asked,
  subresource: string,
): { readonly path: string } & Pick<OfflineRequest, 'note' | 'services'> {
  const place = named(asked, 'pods');
  if (place.name === '') throw new CliError(`\`${asked.verb}\` needs a pod`);
  const { resource } = place.kind;
  const pods = findKind('pods');
  if (resource === 'pods' || pods === undefined || !HAVE_PODS.has(resource))
    return { path: pathOf(asked, { ...place, subresource }) };
  const name = `a-pod-of-${place.name}`;
  const isService = resource === 'services';
  const port = isService && subresource === 'portforward' ? ', and its port that of the service' : '';
  return {
    path: pathOf(asked, { kind: pods, name, subresource }),
    note: `it is a pod of \`${resource}/${place.name}\` that is reached; here it is called \`${name}\`${port}`,
    ...(isService ? { services: [place.name] } : {}),
  };
}

const HAVE_PODS: ReadonlySet<string> = new Set([
  ...['services', 'deployments', 'replicasets', 'statefulsets', 'daemonsets', 'jobs', 'replicationcontrollers'],
]);
