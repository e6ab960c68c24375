import { Command } from 'commander';
import { CliError } from '../cli/cli-error.ts';
import { readConfig } from '../cli/read-config.ts';
import { ConfigError } from './config-error.ts';
import { rotateMaskKey } from './mask-keys.ts';
import { maskTestCommand } from './mask-test-command.ts';

/** `sallyport mask`: what masks do, and their key. */
export function maskCommand(): Command {
  return new Command('mask').addCommand(maskTestCommand()).addCommand(rotateKeyCommand());
}

function rotateKeyCommand(): Command {
  return new Command('rotate-key')
    .description(
      'put a new key of masks in the place of the one in force, and the old one beside it; gateways take it at their next start',
    )
    .option('--config <file>', 'the configuration', 'sallyport.yaml')
    .action(({ config }: { readonly config: string }) => {
      try {
        const { keyFile, retiredFile } = rotateMaskKey(readConfig(config));
        process.stdout.write(
          `a new key is in \`${keyFile}\`, the old one in \`${retiredFile}\`, where it is known as retired; restart the gateways, and give both files to each that has its own copy\n`,
        );
      } catch (error) {
        if (error instanceof ConfigError) throw new CliError(error.message);
        throw error;
      }
    });
}
