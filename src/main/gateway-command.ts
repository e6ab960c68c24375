import { Command, Option } from 'commander';
import { pino } from 'pino';
import { CliError } from '../cli/cli-error.ts';
import { readConfig } from '../cli/read-config.ts';
import { JournalError } from '../storage/journal-error.ts';
import { ConfigError } from './config-error.ts';
import { startGateway } from './start-gateway.ts';
import { stopSignals } from './stop-signals.ts';

interface Options {
  readonly config: string;
  readonly logLevel: string;
}

/** `sallyport gateway`: serves until SIGTERM or SIGINT, of which a second one waits for nothing more; SIGHUP looks at the policy files at once. The log is JSON lines on standard error. */
export function gatewayCommand(): Command {
  return new Command('gateway')
    .description('serve the data path, until SIGTERM or SIGINT; SIGHUP looks at the policy files at once')
    .option('--config <file>', 'the configuration', 'sallyport.yaml')
    .addOption(
      new Option('--log-level <level>', 'what the log says at least')
        .choices(['trace', 'debug', 'info', 'warn', 'error'])
        .default('info'),
    )
    .action(async ({ config, logLevel }: Options) => {
      const log = pino({ level: logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
      const gateway = await startGateway(readConfig(config), log).catch((error: unknown) => {
        if (error instanceof ConfigError || error instanceof JournalError) throw new CliError(error.message);
        throw error;
      });
      process.on('SIGHUP', () => gateway.lookAtPolicy());
      const asked = stopSignals();
      for (const signal of ['SIGTERM', 'SIGINT'] as const) {
        process.on(signal, () => {
          const how = asked(signal, performance.now());
          if (how === 'at once') gateway.hurry();
          else if (how === 'in order') void gateway.stop(signal).then(() => process.exit(0));
        });
      }
    });
}
