#!/usr/bin/env node
/* The `sallyport` program: wiring of its subcommands, and the one place beside the gateway's own start that reads the environment. */
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { CliError } from '../cli/cli-error.ts';
import { initCommand } from '../cli/init.ts';
import { journalCommand } from '../cli/journal.ts';
import { kubeconfigCommand } from '../cli/kubeconfig.ts';
import { policyCommand } from '../cli/policy/policy.ts';
import { sessionsCommand } from '../cli/sessions.ts';
import { tokenCommand } from '../cli/token.ts';
import { gatewayCommand } from './gateway-command.ts';
import { readRequest } from './read-request.ts';
import { version } from './version.ts';

/** Exit codes: 0 done, 1 the answer is no (a broken chain, findings), 2 a mistake of the call or a failure. */
async function main(): Promise<void> {
  const own = { command: process.execPath, args: [realpathSync(fileURLToPath(import.meta.url))] };
  const program = new Command('sallyport')
    .description('an access gateway between autonomous agents and Kubernetes clusters')
    .version(version(), '-V, --version')
    .addCommand(initCommand(process.env))
    .addCommand(gatewayCommand())
    .addCommand(kubeconfigCommand(own))
    .addCommand(tokenCommand(process.env))
    .addCommand(policyCommand({ readRequest }))
    .addCommand(sessionsCommand())
    .addCommand(journalCommand())
    .showHelpAfterError('(`--help` tells how)')
    .configureOutput({ outputError: (text, write) => write(`sallyport: ${text}`) });
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
