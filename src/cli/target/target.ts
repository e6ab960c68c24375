import { Command } from 'commander';
import { type BootstrapPorts, bootstrapCommand } from './bootstrap.ts';

/** `sallyport target`. */
export function targetCommand(ports: BootstrapPorts): Command {
  return new Command('target').addCommand(bootstrapCommand(ports));
}
