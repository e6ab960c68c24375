import { Command } from 'commander';
import type { Environment } from './control/find-server.ts';
import { exportCommand } from './export-command.ts';
import { listCommand } from './list-command.ts';
import { replayCommand } from './replay-command.ts';
import { searchCommand } from './search-command.ts';
import { showCommand } from './show-command.ts';

/** `sallyport sessions`. */
export function sessionsCommand(env: Environment): Command {
  return new Command('sessions')
    .addCommand(listCommand(env))
    .addCommand(showCommand(env))
    .addCommand(replayCommand(env))
    .addCommand(searchCommand(env))
    .addCommand(exportCommand(env));
}
