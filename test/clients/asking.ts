// The requests of which the answers are looked at: what each client asks, and how it says what it makes of a no and of a wait.

import type { Ending } from './ending.ts';

/** How the gateway answers what is asked. */
export const ANSWERS = ['no', 'soon', 'late', 'never'] as const;

/**
 * How the gateway answers what is asked: no; or a person is asked, who says yes while the request waits, or once its client was told that it waits, or nothing until
 * the question is closed.
 */
export type Answer = (typeof ANSWERS)[number];

/** How long the question is open that nobody answers: longer than a client waits that is not known to wait. */
export const OPEN_SECONDS = 15;
/** How long a switch of protocols waits. */
export const UPGRADE_SECONDS = 5;

/** What is asked, and by which operation it is known; `$WHO` is a name that no other client has, and `$WHO-there` a ConfigMap that is there. */
export const ASKED = {
  get: 'reads the Service `closed`',
  watch: 'watches Services',
  create: 'creates a ConfigMap',
  delete: 'deletes a ConfigMap',
  hurried: 'deletes a ConfigMap, and waits 4 s for the answer (`--request-timeout`)',
  exec: 'runs a command in a pod',
  evict: 'drains a node with one pod (`kubectl drain`)',
  install: 'installs a chart with one ConfigMap',
} as const;

export type AskedKind = keyof typeof ASKED;

const KUBECTLS = ['1.27', '1.30', '1.35', '1.37'] as const;

const COMMANDS: Partial<Readonly<Record<AskedKind, string>>> = {
  get: 'exec kubectl get service closed',
  watch: 'exec kubectl get services --watch-only',
  create: 'exec kubectl create configmap $WHO-new',
  delete: 'exec kubectl delete configmap $WHO-there',
  hurried: 'exec kubectl delete configmap $WHO-there --request-timeout=4s',
  exec: 'exec kubectl exec ticks -- echo done',
  evict: 'exec kubectl drain $NS-$WHO-node --force --timeout=120s',
};

const INSTALL = `mkdir -p $HOME/chart/templates && cd $HOME/chart &&
  echo '{apiVersion: v2, name: chart, version: 1.0.0}' > Chart.yaml &&
  echo "{apiVersion: v1, kind: ConfigMap, metadata: {name: $WHO-new}}" > templates/new.yaml && exec helm install $WHO .`;

/** A command line ends; nothing that it prints is waited for. */
const NOTHING = /(?!)/;

const OBJECTS: Ending['kinds'] = ['get', 'watch', 'create', 'delete'];

/** Every client of the table that asks for one object at a time. A program asks for all of its kinds at once. */
export const askings: readonly Ending[] = [
  ...KUBECTLS.flatMap((minor): readonly Ending[] =>
    Object.entries(COMMANDS).map(([kind, run]) => ({
      ...{ client: `kubectl-${minor}`, name: `kubectl-${minor}` },
      ...{ run, kinds: [kind], begun: NOTHING },
    })),
  ),
  ...([3, 4] as const).map(
    (major): Ending => ({
      ...{ client: `helm-${major}`, name: `helm-${major}`, run: INSTALL },
      ...{ kinds: ['install'], begun: NOTHING },
    }),
  ),
  program('client-go', 'client-go', 'client-go answers'),
  program('python', 'python', 'python-answers'),
  program('python-frameworks', 'kr8s', 'python-frameworks-answers kr8s', 'v1'),
  { ...program('python-frameworks', 'lightkube', 'python-frameworks-answers lightkube'), kinds: OBJECTS },
  program('javascript', 'javascript', 'javascript-answers', 'v1'),
  program('java', 'fabric8', 'java-clients fabric8-answers', 'v1'),
  program('java', 'java', 'java-clients official-answers', 'v1'),
  program('kube-rs', 'kube-rs', 'kube-rs answers'),
];

function program(client: Ending['client'], name: string, command: string, plugin?: 'v1'): Ending {
  return {
    ...{ client, name, run: `exec ${command} $NS $WHO`, kinds: [...OBJECTS, 'exec'] },
    ...(plugin === undefined ? {} : { plugin }),
  };
}
