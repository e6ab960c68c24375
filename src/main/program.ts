import { type Argument, Command, type Option } from 'commander';
import type { OwnCommand } from '../cli/kubeconfig.ts';
import { version } from './version.ts';

interface Options {
  /** How this very program is run again. */
  readonly own: OwnCommand;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Names of the subcommands that are wanted; of any other there is only what help says in a line. */
  readonly asked: readonly string[];
}

interface Subcommand {
  readonly description: string;
  /** Loaded when it is asked for: `token` runs once for every kubectl command, and must not wait for the gateway's modules. */
  readonly load: (options: Options) => Promise<Command>;
}

const subcommands: Readonly<Record<string, Subcommand>> = {
  init: {
    description: 'write a commented sallyport.yaml and a first, read-only policy for a kubeconfig context',
    load: async ({ own, env }) => (await import('../cli/init.ts')).initCommand({ env, typed: typedAs(own) }),
  },
  gateway: {
    description:
      'serve the data path, until SIGTERM or SIGINT, of which a second one waits for nothing; SIGHUP looks at the policy files at once',
    load: async () => (await import('./gateway-command.ts')).gatewayCommand(),
  },
  doctor: {
    description: 'say what is wrong with an installation, and what to do about it; nothing is changed',
    load: async () =>
      (await import('../cli/doctor/doctor.ts')).doctorCommand((await import('./doctor/look.ts')).doctorPorts),
  },
  kubeconfig: {
    description: 'write a kubeconfig that leads a caller through the gateway to a target; nothing in it is secret',
    load: async ({ own }) => (await import('../cli/kubeconfig.ts')).kubeconfigCommand(own),
  },
  token: {
    description:
      'print the caller’s token as an ExecCredential: the credential plugin that `sallyport kubeconfig` names',
    load: async ({ env }) => (await import('../cli/token.ts')).tokenCommand(env),
  },
  policy: {
    description: 'check, explain, test and compare policies; nothing is sent anywhere but by `import rbac`',
    load: async () =>
      (await import('../cli/policy/policy.ts')).policyCommand((await import('./policy-ports.ts')).policyPorts),
  },
  sessions: {
    description: 'read who did what from the journal',
    load: async ({ env }) => (await import('../cli/sessions.ts')).sessionsCommand(env),
  },
  grants: {
    description: 'ask a gateway for access for one task, that ends by itself; list, give back and revoke it',
    load: async ({ env }) => (await import('../cli/control/grants.ts')).grantsCommand(env),
  },
  approvals: {
    description: 'look at what waits for a person, and answer it',
    load: async ({ env }) => (await import('../cli/control/approvals.ts')).approvalsCommand(env),
  },
  explain: {
    description: 'tell what the gateway refused you last, and the smallest grant that would allow it',
    load: async ({ env }) => (await import('../cli/control/explain.ts')).explainCommand(env),
  },
  run: {
    description:
      'run a program with access of its own, for one task: less than yours, bound to this run, ended with it',
    load: async ({ env }) => (await import('../cli/run/run.ts')).runCommand(env),
  },
  plan: {
    description:
      'run a command so that nothing is written, and tell what policy and the target would say to each of its calls',
    load: async ({ env }) =>
      (await import('../cli/plan/plan.ts')).planCommand(env, (await import('./open-kubeconfig.ts')).openKubeconfig),
  },
  kill: {
    description: 'stop a caller, a session, a target or all, at once and until lifted; needs the role operator',
    load: async ({ env }) => (await import('../cli/control/kill.ts')).killCommand(env),
  },
  status: {
    description:
      'tell how the gateway is, part by part, what it warns of and what is open under `unsafe`; needs the role operator or auditor',
    load: async ({ env }) => (await import('../cli/control/status.ts')).statusCommand(env),
  },
  notices: {
    description: 'list what people were to be told and were not, and try it again; needs the role operator or auditor',
    load: async ({ env }) => (await import('../cli/control/notices.ts')).noticesCommand(env),
  },
  undo: {
    description: 'show the way back from an exchange, and take it',
    load: async ({ env }) => (await import('../cli/control/undo.ts')).undoCommand(env),
  },
  who: {
    description: 'show who is in now, and by which grant',
    load: async ({ env }) => (await import('../cli/control/who.ts')).whoCommand(env),
  },
  context: {
    description: 'name the control planes that commands ask',
    load: async ({ env }) => (await import('../cli/control/context.ts')).contextCommand(env),
  },
  mask: {
    description: 'show what masks hide from a caller, and rotate their key',
    load: async () => (await import('./mask-command.ts')).maskCommand(),
  },
  target: {
    description: 'look after the clusters that the gateway stands before',
    load: async ({ env }) =>
      (await import('../cli/target/target.ts')).targetCommand(
        (await import('./bootstrap-ports.ts')).bootstrapPorts,
        env,
      ),
  },
  cluster: {
    description: 'shut the ways round the gateway in a cluster, and find who went one',
    load: async () => (await import('../cli/cluster/cluster.ts')).clusterCommand(),
  },
  webhook: {
    description: 'serve the admission webhook that leads pods which ask for it, by a label, through the gateway',
    load: async () => (await import('./webhook-command.ts')).webhookCommand(),
  },
  store: {
    description: 'migrate, back up and restore the store of grants',
    load: async () => (await import('./store-command.ts')).storeCommand(),
  },
  audit: {
    description: 'gather what an auditor asks for',
    load: async () => (await import('../cli/audit/audit.ts')).auditCommand(),
  },
  journal: {
    description: 'look after the journal',
    load: async () => (await import('../cli/journal.ts')).journalCommand(),
  },
  completion: {
    description: 'print the script by which a shell completes this command',
    load: async (options) =>
      (await import('../cli/completion/completion.ts')).completionCommand(() =>
        createProgram({ ...options, asked: SUBCOMMANDS }),
      ),
  },
};

/** Every subcommand. */
export const SUBCOMMANDS: readonly string[] = Object.keys(subcommands);

/** The `sallyport` command with its subcommands; the reference page of commands is made from it. */
export async function createProgram(options: Options): Promise<Command> {
  const program = new Command('sallyport')
    .description('an access gateway between autonomous agents and Kubernetes clusters')
    .version(version(), '-V, --version')
    .configureHelp({ optionDescription: optionWords, argumentDescription: optionWords })
    .showHelpAfterError('(`--help` tells how)')
    .configureOutput({ outputError: (text, write) => write(`sallyport: ${text}`) });
  for (const [name, { description, load }] of Object.entries(subcommands)) {
    const command = options.asked.includes(name) ? await load(options) : new Command(name);
    // One that does something itself says more of it in its own help.
    program.addCommand(command.description(command.description() || description));
  }
  return program;
}

/** In a clone the program is its source, and no `sallyport` is on the path. */
function typedAs({ args }: OwnCommand): string {
  return args[0]?.endsWith('.ts') ? 'npm start --' : 'sallyport';
}

type Said = Pick<Option | Argument, 'description' | 'argChoices' | 'defaultValue'>;

/** What help says of an option or argument: its words, what it takes, and what it is where nothing is said. */
function optionWords(option: Said): string {
  const fallback = shownDefault(option);
  const more = [
    ...(option.argChoices === undefined ? [] : [option.argChoices.join(', ')]),
    ...(fallback === undefined ? [] : [`default: ${fallback}`]),
  ];
  return more.length === 0 ? option.description : `${option.description} (${more.join('; ')})`;
}

/** The default as a person would type it; undefined where it is nothing: no value, no text, an empty list, a switch that is off. */
export function shownDefault({ defaultValue: value }: Pick<Said, 'defaultValue'>): string | undefined {
  return value === undefined || value === false || String(value) === '' ? undefined : String(value);
}
