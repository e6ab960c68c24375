import { Command } from 'commander';
import { bundleCommand } from './bundle-command.ts';

/** `sallyport audit`. */
export function auditCommand(): Command {
  return new Command('audit').addCommand(bundleCommand());
}
