/*
 * The tour: what the demo shows, as data. Each step is a command that the person could type, what it must do, and a sentence on why. The demo runs
 * them with a real kubectl and checks each, so that the tour cannot say what is not so.
 */

/** One command of the tour. */
export interface Step {
  /** A command of the person who answers, and not of the caller. */
  readonly isApprover?: boolean;
  /** What that person does while this command waits for them; `APPROVAL` stands for the question's id. */
  readonly meanwhile?: readonly Step[];
  /** What comes out hangs on what a person answered: it is as `expect` says only where the tour answers itself. */
  readonly hangsOnAnswer?: boolean;
  /** Of a `terminal`: the lines that are typed into the shell. */
  readonly types?: readonly string[];
  /** What happens, in one sentence, said before the command. */
  readonly say: string;
  /** The program and its arguments, put in by the demo; `administrator` is a kubectl that goes past the gateway, `terminal` one in a terminal. */
  readonly argv: readonly [program: 'kubectl' | 'administrator' | 'sallyport' | 'terminal', ...args: string[]];
  /** What must be so afterwards. */
  readonly expect: { readonly exitCode: number; readonly output: RegExp };
}

const SCALE = ['kubectl', 'scale', 'deployment', 'api', '-n', 'shop', '--replicas=3'] as const;

const STORED = '{{.metadata.labels.seen}} {{.data.password | base64decode}}{{"\\n"}}';
const COPY = JSON.stringify([{ op: 'copy', from: '/data/password', path: '/metadata/labels/password' }]);

/** In a command: the id of the question that waits. */
export const APPROVAL = 'APPROVAL';

/** A risk on top, the operation in words, what goes with it, and the answer. */
const QUESTION =
  /risk: high\n(?:.*\n)*! ends 2 running pods\n(?:.*\n)*.*delete namespaces `trial`\n(?:.*\n)*goes with it:\n {2}2 pods \(2 running\): old-(?:.*\n)*approved\n$/;

/** The tour before the embedded cluster. */
export const TOUR: readonly Step[] = [
  {
    say: 'An allowed read: a rule allows this caller to get and list pods in namespace shop.',
    argv: ['kubectl', 'get', 'pods', '-n', 'shop'],
    expect: { exitCode: 0, output: /web-/ },
  },
  {
    say: 'A refused delete: no rule allows it, and silence denies. Nothing reached the cluster.',
    argv: ['kubectl', 'delete', 'deployment', 'web', '-n', 'shop'],
    expect: { exitCode: 1, output: /Forbidden.*may not delete deployments\.apps `web` in namespace `shop`/ },
  },
  {
    say: 'A deny rule wins over whatever else allows, and nobody is asked: the shop is never deleted by this caller.',
    argv: ['kubectl', 'delete', 'namespace', 'shop'],
    expect: { exitCode: 1, output: /Forbidden.*delete namespaces `shop`.*never-delete-the-shop/s },
  },
  {
    say: 'A Secret, under a rule that names it: which keys it has is shown, and what they keep is not.',
    argv: [
      'kubectl',
      'get',
      'secret',
      'database',
      '-n',
      'shop',
      '-o',
      'go-template={{.data.password | base64decode}}{{"\\n"}}',
    ],
    expect: { exitCode: 0, output: /masked-by-sallyport-/ },
  },
  {
    say: 'It is changed under a rule that names it: a label.',
    argv: ['kubectl', 'label', 'secret', 'database', '-n', 'shop', 'seen=yes'],
    expect: { exitCode: 0, output: /secret\/database labeled/ },
  },
  {
    say: 'Beside the gateway, as the administrator of the cluster: the label is stored, and the value is what it was.',
    argv: ['administrator', 'get', 'secret', 'database', '-n', 'shop', `-o=go-template=${STORED}`],
    expect: { exitCode: 0, output: /^yes correct-horse-battery-staple\n/ },
  },
  {
    say: 'A copy of the masked value to where it could be read: refused, since a mask is put back where it came from alone.',
    argv: ['kubectl', 'patch', 'secret', 'database', '-n', 'shop', '--type=json', '-p', COPY],
    expect: { exitCode: 1, output: /a JSON patch may not look at what can be masked/ },
  },
  {
    say: 'A small change that is allowed: scaling one deployment, and nothing else of it.',
    argv: ['kubectl', 'scale', 'deployment', 'web', '-n', 'shop', '--replicas=3'],
    expect: { exitCode: 0, output: /deployment\.apps\/web scaled/ },
  },
  {
    say: 'An exec: a power that no wildcard reaches; the rule names pods/exec.',
    argv: ['kubectl', 'exec', '-n', 'shop', 'deploy/web', '--', 'cat', '/etc/hostname'],
    expect: { exitCode: 0, output: /web-/ },
  },
  {
    say: 'A shell in a terminal, typed here as a person would: its screen is recorded as it was shown, and the console plays it.',
    argv: ['terminal', 'exec', '-it', '-n', 'shop', 'deploy/web', '--', 'sh'],
    types: ['cat /etc/os-release', 'ls /etc', 'date', 'exit'],
    expect: { exitCode: 0, output: /a toy container/ },
  },
  {
    say: 'Another deployment: no rule allows it, but one lets this caller ask, and the refusal says how.',
    argv: SCALE,
    expect: { exitCode: 1, output: /Forbidden.*access can be requested: `sallyport grants request .*--name api/ },
  },
  {
    say: 'So it asks, for one use: access for one task, that ends by itself.',
    argv: [
      ...(['sallyport', 'grants', 'request', '--target', 'demo', '--namespace', 'shop', '--verb', 'patch'] as const),
      ...[
        '--resource',
        'deployments.apps/scale',
        '--name',
        'api',
        '--uses',
        '1',
        '--for',
        '5m',
        '--reason',
        'more load',
      ],
    ],
    expect: { exitCode: 0, output: /live +triage-bot +demo +patch deployments\/scale api in shop/ },
  },
  {
    say: 'The same command goes through.',
    argv: SCALE,
    expect: { exitCode: 0, output: /deployment\.apps\/api scaled/ },
  },
  {
    say: 'That was the only use: the grant has ended by itself.',
    argv: ['sallyport', 'grants', 'list'],
    expect: { exitCode: 0, output: /ended \(uses\) +triage-bot/ },
  },
  {
    say: 'So a second time it does not.',
    argv: SCALE,
    expect: { exitCode: 1, output: /Forbidden.*may not patch deployments\/scale\.apps `api`/ },
  },
  {
    say: 'A namespace that is to go. A rule holds this: the command waits, nothing has been sent, and a person is asked.',
    argv: ['kubectl', 'delete', 'namespace', 'trial', '--wait=false'],
    hangsOnAnswer: true,
    meanwhile: [
      {
        say: 'What waits for them.',
        argv: ['sallyport', 'approvals', 'list', '--state', 'pending'],
        isApprover: true,
        expect: { exitCode: 0, output: /pending +triage-bot +demo +delete namespaces `trial`/ },
      },
      {
        say: 'The question whole, with what would go with the namespace, looked up at the cluster; and a yes to just that, by the digest of what is shown.',
        argv: ['sallyport', 'approvals', 'approve', APPROVAL, '--reason', 'the trial is over'],
        isApprover: true,
        expect: { exitCode: 0, output: QUESTION },
      },
    ],
    expect: { exitCode: 0, output: /namespace "trial" deleted/ },
  },
  {
    say: 'What became of the question: what was approved ran, exactly that and once; what was not never did.',
    argv: ['sallyport', 'approvals', 'list'],
    hangsOnAnswer: true,
    expect: { exitCode: 0, output: /approved, ran \(200\) +triage-bot +demo +delete namespaces `trial`/ },
  },
  {
    say: 'All of it was recorded: one session of this caller.',
    argv: ['sallyport', 'sessions', 'list'],
    expect: { exitCode: 0, output: /triage-bot/ },
  },
  {
    say: 'The recording is a hash chain; a changed byte would break it.',
    argv: ['sallyport', 'journal', 'verify'],
    expect: { exitCode: 0, output: /the chain holds/ },
  },
];

/** The tour before the person's own cluster: reads only, and refusals that could not change anything even if they failed to refuse. */
export const OWN_CLUSTER_TOUR: readonly Step[] = [
  {
    say: 'An allowed read, through the gateway to your own cluster.',
    argv: ['kubectl', 'get', 'namespaces'],
    expect: { exitCode: 0, output: /default/ },
  },
  {
    say: 'A refused delete; as a server-side dry run, so that nothing could be lost.',
    argv: ['kubectl', 'delete', 'namespace', 'default', '--dry-run=server'],
    expect: { exitCode: 1, output: /Forbidden.*delete namespaces `default`/ },
  },
  {
    say: 'Which Secrets there are is read; their values would be masked.',
    argv: ['kubectl', 'get', 'secrets', '-n', 'kube-system'],
    expect: { exitCode: 0, output: /NAME|No resources found/ },
  },
  {
    say: 'All of it was recorded.',
    argv: ['sallyport', 'sessions', 'list'],
    expect: { exitCode: 0, output: /demo/ },
  },
  {
    say: 'And the recording proves its integrity.',
    argv: ['sallyport', 'journal', 'verify'],
    expect: { exitCode: 0, output: /the chain holds/ },
  },
];

/** How many commands a tour has. */
export function commandsIn(steps: readonly Step[]): number {
  return steps.reduce((sum, { meanwhile = [] }) => sum + 1 + commandsIn(meanwhile), 0);
}
