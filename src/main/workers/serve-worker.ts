import cluster from 'node:cluster';
import process from 'node:process';
import { formatFinding } from '../../config/finding.ts';
import { parseConfig } from '../../config/load.ts';
import { GUARD_IDS } from '../../policy/guards/table.ts';
import { systemClock } from '../../std/clock.ts';
import { JournalError } from '../../storage/journal-error.ts';
import { ConfigError } from '../config-error.ts';
import { beginReading } from '../policy-in-force.ts';
import type { RunningGateway } from '../start-gateway.ts';
import { type Channel, WorkerBus } from './worker-bus.ts';
import { workerConfig } from './worker-config.ts';

/**
 * One worker of a gateway: serves until its parent tells it to stop, ends, or SIGTERM asks it alone, which the parent then replaces. A terminal's SIGINT reaches it too, and is
 * the parent's to pass on.
 */
export async function serveWorker(): Promise<void> {
  // A parent that dies ends this worker in order, and not at once.
  if (cluster.worker !== undefined) cluster.worker.exitedAfterDisconnect = true;
  const bus = new WorkerBus(parentChannel(), () => systemClock.monotonic());
  process.on('SIGINT', () => {});
  let gateway: RunningGateway | undefined;
  const stop = (reason: string) => {
    // Nothing is under way before it serves.
    if (gateway === undefined) process.exit(0);
    void gateway.stop(reason).then(() => process.exit(0));
  };
  bus.obey({ stop, hurry: () => gateway?.hurry(), look: () => void gateway?.lookAtPolicy() });
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGHUP', () => void gateway?.lookAtPolicy());
  const { worker, file, text, logLevel, ports, served } = await bus.beginning();
  const parsed = parseConfig(file, text, { guards: GUARD_IDS });
  if ('findings' in parsed) return fail(bus, parsed.findings.map(formatFinding).join('\n'));
  const config = workerConfig(parsed.config, worker, ports);
  const reading = beginReading(config);
  const [{ pino }, { startGateway }, { endByLog }] = await Promise.all([
    import('pino'),
    import('../start-gateway.ts'),
    import('../masked-log.ts'),
  ]);
  const log = pino(
    { level: logLevel, base: { worker }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination(2),
  );
  endByLog(log);
  try {
    gateway = await startGateway(config, log, reading, { bus, consoleUrl: served?.consoleUrl });
  } catch (error) {
    if (error instanceof ConfigError || error instanceof JournalError) return fail(bus, error.message);
    throw error;
  }
  const { url, consoleUrl, targetPorts } = gateway;
  bus.serves({ url, consoleUrl, targetPorts: Object.fromEntries(targetPorts) });
}

async function fail(bus: WorkerBus, sentence: string): Promise<void> {
  await bus.failed(sentence);
  process.exit(2);
}

/** The way to the parent, by which this process was started. */
function parentChannel(): Channel {
  return {
    send: (message, sent) => {
      if (process.connected) process.send?.(message, undefined, undefined, () => sent());
      else sent();
    },
    onMessage: (listener) => void process.on('message', listener),
    onEnd: (listener) => void process.on('disconnect', listener),
  };
}
