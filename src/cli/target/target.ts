import { Command } from 'commander';
import type { Environment } from '../control/find-server.ts';
import { addCommand } from './add.ts';
import { type BootstrapPorts, bootstrapCommand } from './bootstrap.ts';
import { type CheckPorts, checkCommand } from './check.ts';
import { listCommand } from './list.ts';
import { removeCommand } from './remove.ts';
import { showCommand } from './show.ts';

/** `sallyport target`. */
export function targetCommand(ports: BootstrapPorts & CheckPorts, env: Environment): Command {
  return new Command('target')
    .addCommand(listCommand(env))
    .addCommand(showCommand(env))
    .addCommand(checkCommand(ports, env))
    .addCommand(addCommand(env))
    .addCommand(removeCommand(env))
    .addCommand(bootstrapCommand(ports));
}
