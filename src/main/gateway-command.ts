import { constants } from 'node:os';
import { Command, Option } from 'commander';
import { CliError } from '../cli/cli-error.ts';
import { readConfig } from '../cli/read-config.ts';
import type { Config } from '../config/load.ts';
import { JournalError } from '../storage/journal-error.ts';
import { ConfigError } from './config-error.ts';
import type { Log } from './masked-log.ts';
import { beginReading } from './policy-in-force.ts';
import type { RunningGateway } from './start-gateway.ts';
import { stopSignals } from './stop-signals.ts';
import type { RunningWorkers } from './workers/start-workers.ts';

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
      // What a parent says comes with the process, and not with the command line.
      if (process.connected && (await import('node:cluster')).default.isWorker)
        return (await import('./workers/serve-worker.ts')).serveWorker();
      const config = readConfig(options.config);
      if (config.workers > 1) return withWorkers(config, options);
      // The policy is read in its process while the rest of the gateway is loaded.
      const reading = beginReading(config);
      const [log, { startGateway }] = await Promise.all([logTo(options), import('./start-gateway.ts')]);
      let gateway: RunningGateway | undefined;
      onStopSignals(() => gateway);
      process.on('SIGHUP', () => void gateway?.lookAtPolicy());
      gateway = await startGateway(config, log, reading).catch(toCliError);
    });
}

/** The same with several processes, of which this one is the parent. */
async function withWorkers(config: Config, options: Options): Promise<void> {
  const [log, { startWorkers }] = await Promise.all([logTo(options), import('./workers/start-workers.ts')]);
  let gateway: RunningWorkers | undefined;
  onStopSignals(() => gateway);
  process.on('SIGHUP', () => gateway?.look());
  gateway = await startWorkers(config, { log, logLevel: options.logLevel }).catch(toCliError);
}

/** The log of this process, to which it also tells why it ends. */
async function logTo({ logLevel }: Options): Promise<Log> {
  const [{ pino }, { endByLog }] = await Promise.all([import('pino'), import('./masked-log.ts')]);
  const log = pino({ level: logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
  endByLog(log);
  return log;
}

function onStopSignals(gateway: () => Pick<RunningGateway, 'stop' | 'hurry'> | undefined): void {
  const asked = stopSignals();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      const running = gateway();
      // Nothing is under way before it serves.
      if (running === undefined) process.exit(128 + constants.signals[signal]);
      const how = asked(signal, performance.now());
      if (how === 'at once') running.hurry();
      else if (how === 'in order') void running.stop(signal).then(() => process.exit(0));
    });
  }
}

function toCliError(error: unknown): never {
  if (error instanceof ConfigError || error instanceof JournalError) throw new CliError(error.message);
  throw error;
}
