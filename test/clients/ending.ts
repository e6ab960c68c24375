// The streams of which the ends are looked at: what each client is made to follow, and how it says what it makes of their end.

import type { ClientName } from './client.ts';

/** Why the gateway ends a stream. */
export const END_CAUSES = ['token', 'access', 'stop'] as const;

/** Why the gateway ends a stream: its caller's token is over, its caller's access was taken away, or the gateway stops. */
export type EndCause = (typeof END_CAUSES)[number];

/** One process that follows streams. */
export interface Ending {
  readonly client: ClientName;
  /** What it is called; two programs of one client have names of their own. */
  readonly name: string;
  /** A line of shell; `$NS` is the namespace. */
  readonly run: string;
  /** Whether it knows no `tokenFile` in a kubeconfig, and takes a credential plugin of this version. */
  readonly plugin?: 'v1';
  /**
   * The streams that it follows. A command line follows one, and says by its exit code and on its outputs what it makes of the end. A program follows all of them at
   * once, and prints lines that each name one: `exec: started`, what it is told, and `exec: over` where it goes no further.
   */
  readonly kinds: readonly [string, ...string[]];
  /** A command line has begun once its output matches. */
  readonly begun?: RegExp;
}

// Those between take the same ways: 1.30 execs over WebSocket and forwards ports over SPDY, 1.35 takes WebSocket for both.
const KUBECTLS = [27, 30, 35, 37] as const;

const COMMANDS = {
  exec: ['exec ticks -- sh -c "while true; do echo tick; sleep 1; done"', /tick/],
  attach: ['attach ticks', /tick/],
  log: ['logs -f ticks', /tick/],
  watch: ['get configmap -l watched=yes -w', /started/],
  forward: ['port-forward --address 127.0.0.1 pod/ticks :7777', /127\.0\.0\.1:(\d+)/],
} as const;

/** Every stream of every client of the table that has one. */
export const endings: readonly Ending[] = [
  ...KUBECTLS.flatMap((minor): readonly Ending[] =>
    Object.entries(COMMANDS).map(([kind, [line, begun]]) => ({
      ...{ client: `kubectl-1.${minor}`, name: `kubectl-1.${minor}` },
      ...{ run: `exec kubectl ${line}`, kinds: [kind], begun },
    })),
  ),
  {
    ...{ client: 'client-go', name: 'client-go', run: 'exec client-go ends $NS' },
    kinds: ['exec', 'exec-spdy', 'log', 'watch', 'informer', 'forward', 'forward-spdy'],
  },
  {
    ...{ client: 'python', name: 'python', run: 'exec python-ends $NS' },
    kinds: ['exec', 'exec-whole', 'attach', 'log', 'watch', 'forward'],
  },
  {
    ...{ client: 'python-frameworks', name: 'kr8s', run: 'exec python-frameworks-ends kr8s $NS', plugin: 'v1' },
    kinds: ['exec', 'log', 'watch', 'forward'],
  },
  {
    ...{ client: 'python-frameworks', name: 'lightkube', run: 'exec python-frameworks-ends lightkube $NS' },
    kinds: ['log', 'watch'],
  },
  {
    ...{ client: 'python-frameworks', name: 'kopf', run: 'exec python-frameworks-ends kopf $NS' },
    kinds: ['operator'],
  },
  {
    ...{ client: 'javascript', name: 'javascript', run: 'exec javascript-ends $NS', plugin: 'v1' },
    kinds: ['exec', 'attach', 'log', 'watch', 'informer', 'forward'],
  },
  {
    ...{ client: 'java', name: 'fabric8', run: 'exec java-clients fabric8-ends $NS', plugin: 'v1' },
    kinds: ['exec', 'attach', 'log', 'watch', 'watch-websocket', 'informer', 'informer-websocket', 'forward'],
  },
  {
    ...{ client: 'java', name: 'java', run: 'exec java-clients official-ends $NS', plugin: 'v1' },
    kinds: ['exec', 'log', 'watch', 'informer', 'forward'],
  },
  {
    ...{ client: 'kube-rs', name: 'kube-rs', run: 'exec kube-rs ends $NS' },
    kinds: ['exec', 'attach', 'log', 'watch', 'watcher', 'forward'],
  },
];
