#!/usr/bin/env node
/* The `sallyport` program: wiring of its subcommands, and the one place beside the gateway's own start that reads the environment. */
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { CliError } from '../cli/cli-error.ts';
import { version } from './version.ts';

const own = { command: process.execPath, args: [realpathSync(fileURLToPath(import.meta.url))] };

// Each is loaded when it is asked for: `token` runs once for every kubectl command, and must not wait for the gateway's modules.
const subcommands: Readonly<Record<string, () => Promise<Command>>> = {
  init: async () => (await import('../cli/init.ts')).initCommand(process.env),
  gateway: async () => (await import('./gateway-command.ts')).gatewayCommand(),
  kubeconfig: async () => (await import('../cli/kubeconfig.ts')).kubeconfigCommand(own),
  token: async () => (await import('../cli/token.ts')).tokenCommand(process.env),
  policy: async () =>
    (await import('../cli/policy/policy.ts')).policyCommand((await import('./policy-ports.ts')).policyPorts),
  sessions: async () => (await import('../cli/sessions.ts')).sessionsCommand(),
  journal: async () => (await import('../cli/journal.ts')).journalCommand(),
};

/** Exit codes: 0 done, 1 the answer is no (a broken chain, findings), 2 a mistake of the call or a failure. */
async function main(): Promise<void> {
  const program = new Command('sallyport')
    .description('an access gateway between autonomous agents and Kubernetes clusters')
    .version(version(), '-V, --version')
    .showHelpAfterError('(`--help` tells how)')
    .configureOutput({ outputError: (text, write) => write(`sallyport: ${text}`) });
  const asked = process.argv[2] ?? '';
  const names = Object.hasOwn(subcommands, asked) ? [asked] : Object.keys(subcommands);
  for (const name of names) program.addCommand(await (subcommands[name] as () => Promise<Command>)());
  program.exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
  inherit(program);
  await program.parseAsync();
}

/** Commands that were made elsewhere take the settings of their parent, down to the last. */
function inherit(parent: Command): void {
  for (const command of parent.commands) {
    command.copyInheritedSettings(parent);
    inherit(command);
  }
}

main().catch((error: unknown) => {
  const isOurs = error instanceof CliError;
  process.stderr.write(`sallyport: ${isOurs ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 2;
});
