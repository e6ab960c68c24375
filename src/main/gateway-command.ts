import { constants } from 'node:os';
import { Command, Option } from 'commander';
import { CliError } from '../cli/cli-error.ts';
import { readConfig } from '../cli/read-config.ts';
import { JournalError } from '../storage/journal-error.ts';
import { ConfigError } from './config-error.ts';
import { beginReading } from './policy-in-force.ts';
import type { RunningGateway } from './start-gateway.ts';
import { stopSignals } from './stop-signals.ts';

interface Options {
  readonly config: string;
  readonly logLevel: string;
}

/**
 * `sallyport gateway`: serves until SIGTERM or SIGINT, of which a second one waits for nothing more; SIGHUP looks at the policy files at once. The log is JSON
 * lines on standard error.
 */
export function gatewayCommand(): Command {
  return new Command('gateway')
    .option('--config <file>', 'the configuration', 'sallyport.yaml')
    .addOption(
      new Option('--log-level <level>', 'what the log says at least')
        .choices(['trace', 'debug', 'info', 'warn', 'error'])
        .default('info'),
    )
    .action(async (options: Options) => {
      const config = readConfig(options.config);
      // The policy is read in its process while the rest of the gateway is loaded.
      const reading = beginReading(config);
      const [{ pino }, { startGateway }] = await Promise.all([import('pino'), import('./start-gateway.ts')]);
      const log = pino(
        { level: options.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime },
        pino.destination(2),
      );
      let gateway: RunningGateway | undefined;
      const asked = stopSignals();
      for (const signal of ['SIGTERM', 'SIGINT'] as const) {
        process.on(signal, () => {
          // Nothing is under way before it serves.
          if (gateway === undefined) process.exit(128 + constants.signals[signal]);
          const how = asked(signal, performance.now());
          if (how === 'at once') gateway.hurry();
          else if (how === 'in order') void gateway.stop(signal).then(() => process.exit(0));
        });
      }
      process.on('SIGHUP', () => void gateway?.lookAtPolicy());
      gateway = await startGateway(config, log, reading).catch((error: unknown) => {
        if (error instanceof ConfigError || error instanceof JournalError) throw new CliError(error.message);
        throw error;
      });
    });
}
