import { Command } from 'commander';
import type { OwnCommand } from '../cli/kubeconfig.ts';
import { version } from './version.ts';

interface Options {
  /** How this very program is run again. */
  readonly own: OwnCommand;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The one subcommand that is wanted; every one where it names none. */
  readonly asked?: string | undefined;
}

// Each is loaded when it is asked for: `token` runs once for every kubectl command, and must not wait for the gateway's modules.
const subcommands: Readonly<Record<string, (options: Options) => Promise<Command>>> = {
  init: async ({ own, env }) => (await import('../cli/init.ts')).initCommand({ env, typed: typedAs(own) }),
  gateway: async () => (await import('./gateway-command.ts')).gatewayCommand(),
  kubeconfig: async ({ own }) => (await import('../cli/kubeconfig.ts')).kubeconfigCommand(own),
  token: async ({ env }) => (await import('../cli/token.ts')).tokenCommand(env),
  policy: async () =>
    (await import('../cli/policy/policy.ts')).policyCommand((await import('./policy-ports.ts')).policyPorts),
  sessions: async () => (await import('../cli/sessions.ts')).sessionsCommand(),
  journal: async () => (await import('../cli/journal.ts')).journalCommand(),
};

/** The `sallyport` command with its subcommands; the reference page of commands is made from it. */
export async function createProgram(options: Options): Promise<Command> {
  const { asked = '' } = options;
  const program = new Command('sallyport')
    .description('an access gateway between autonomous agents and Kubernetes clusters')
    .version(version(), '-V, --version')
    .showHelpAfterError('(`--help` tells how)')
    .configureOutput({ outputError: (text, write) => write(`sallyport: ${text}`) });
  const names = Object.hasOwn(subcommands, asked) ? [asked] : Object.keys(subcommands);
  for (const name of names) {
    const make = subcommands[name];
    if (make !== undefined) program.addCommand(await make(options));
  }
  return program;
}

/** In a clone the program is its source, and no `sallyport` is on the path. */
function typedAs({ args }: OwnCommand): string {
  return args[0]?.endsWith('.ts') ? 'npm start --' : 'sallyport';
}
