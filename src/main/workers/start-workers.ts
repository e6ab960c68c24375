/*
 * A gateway of several processes, seen from outside as one: its ports, one answer for health, readiness and metrics, one stop. See supervisor.ts.
 */
import { readFileSync } from 'node:fs';
import type { Config } from '../../config/load.ts';
import { type Readiness, startPrivatePort } from '../../listener/private-port.ts';
import { CALLER_LIMITS } from '../../pipeline/limits.ts';
import { systemClock } from '../../std/clock.ts';
import { holdStore } from '../../store/sqlite-backend.ts';
import { StoreError } from '../../store/store.ts';
import { ConfigError } from '../config-error.ts';
import { hostOf } from '../host-of.ts';
import { type Log, maskedLog } from '../masked-log.ts';
import { portTaken } from '../port-taken.ts';
import type { RunningGateway } from '../start-gateway.ts';
import { storePlace } from '../store-place.ts';
import { choosePorts } from './choose-ports.ts';
import { mergedMetrics } from './merged-metrics.ts';
import { mergedReadiness } from './merged-readiness.ts';
import { WORKER_LIMITS } from './messages.ts';
import { Supervisor } from './supervisor.ts';

/** A gateway whose workers all serve. */
export type RunningWorkers = Pick<RunningGateway, 'stop' | 'hurry'> & { look(): void };

/**
 * A gateway as configured, with its workers, once all serve.
 *
 * @throws {ConfigError} a port or the store cannot be had, or a worker cannot start
 */
export async function startWorkers(
  config: Config,
  { log: plainLog, logLevel }: { readonly log: Log; readonly logLevel: string },
): Promise<RunningWorkers> {
  const log = maskedLog(plainLog);
  const letGo = held(config);
  const ports = await choosePorts(config);
  const limits = { ...CALLER_LIMITS, ...config.limits };
  const supervisor = new Supervisor({
    workers: config.workers,
    beginning: { file: config.file, text: readFileSync(config.file, 'utf8'), logLevel, ports },
    buckets: {
      perSecond: limits.requestsPerCallerPerSecond,
      burstMax: limits.requestsPerCallerBurstMax,
      keysMax: limits.callersMax,
    },
    stopMaxMs: limits.drainMs + limits.stopTimeoutMs + WORKER_LIMITS.workerStopMarginMs,
    log,
    now: () => systemClock.monotonic(),
  });
  const endWith = async (failure: string) => {
    supervisor.hurry();
    await supervisor.stop(failure);
    letGo();
    throw new ConfigError(failure);
  };
  const privatePort = await startPrivatePort({
    address: config.private.address,
    port: config.private.port,
    readiness: () => readiness(supervisor),
    metrics: () => metrics(supervisor),
    onFault: (error) => log.error({ error: String(error) }, 'the private port failed'),
  })
    .catch(portTaken(config.private.address, config.private.port))
    .catch((error: Error) => endWith(error.message));
  const failure = await supervisor.start();
  if (failure !== undefined) {
    await privatePort.stop();
    return endWith(failure);
  }
  const privateUrl = `http://${hostOf(config.private.address)}:${privatePort.port}`;
  const targets = config.targets.map(({ name }) => name);
  log.info({ ...supervisor.served, privateUrl, workers: config.workers, targets }, 'the gateway serves');
  return {
    look: () => supervisor.look(),
    hurry: () => supervisor.hurry(),
    async stop(reason) {
      log.info({ reason }, 'the gateway stops');
      await supervisor.stop(reason);
      await privatePort.stop();
      letGo();
    },
  };
}

/** A store in a file is this gateway's alone; its workers share it. */
function held(config: Config): () => void {
  // The address of a PostgreSQL is a credential, and not looked at here.
  if (config.console === undefined || config.store?.postgres !== undefined) return () => {};
  const place = storePlace(config);
  if (place.kind !== 'sqlite') return () => {};
  try {
    return holdStore(place.file);
  } catch (error) {
    throw error instanceof StoreError ? new ConfigError(error.message) : error;
  }
}

async function readiness(supervisor: Supervisor): Promise<Readiness> {
  const answers = new Map((await supervisor.ask('readiness')).map(({ worker, body }) => [worker, body as Readiness]));
  return mergedReadiness(
    supervisor.list().map(({ worker, isServing }) => {
      const readiness = answers.get(worker);
      if (readiness !== undefined) return { worker, readiness };
      return { worker, missing: isServing ? 'does not answer' : 'does not serve yet' };
    }),
    supervisor.isStopping,
  );
}

async function metrics(supervisor: Supervisor) {
  const answers = (await supervisor.ask('metrics')) as readonly {
    readonly worker: number;
    readonly body: { readonly contentType: string; readonly text: string };
  }[];
  const texts = answers.toSorted((a, b) => a.worker - b.worker).map(({ body }) => body.text);
  return { contentType: answers[0]?.body.contentType ?? 'text/plain', text: mergedMetrics(texts) };
}
