import { readFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { type Check, fault, warning, well } from '../../cli/doctor/check.ts';
import type { Config } from '../../config/load.ts';
import { listenerLimits } from '../listener-limits.ts';
import { whyNotOn } from '../node-version.ts';

/** Limit: memory below which a gateway has been seen to fall behind its callers. */
const MEMORY_BYTES_MIN = 256 * 1024 * 1024;

/** What the process is given: its runtime, memory, and file descriptors for the connections that the limits allow. */
export async function processChecks(config: Config): Promise<readonly Check[]> {
  const complaint = whyNotOn(process.versions.node);
  const memory = Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem());
  const megabytes = `${Math.round(memory / 1024 / 1024)} MiB of memory, ${availableParallelism()} processors`;
  return [
    complaint === undefined
      ? well('process', 'runtime', `Node ${process.versions.node}`)
      : fault('process', 'runtime', complaint, 'run the gateway with a newer Node'),
    memory < MEMORY_BYTES_MIN
      ? warning('process', 'memory', megabytes, `give it ${MEMORY_BYTES_MIN / 1024 / 1024} MiB or more`)
      : well('process', 'memory', megabytes),
    ...(await descriptors(config)),
  ];
}

async function descriptors(config: Config): Promise<readonly Check[]> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const [, hard] = /^Max open files +\S+ +(\S+)/m.exec(limits) ?? [];
  if (hard === undefined || hard === 'unlimited') return [];
  const listeners = 1 + config.targets.filter(({ port }) => port !== undefined).length;
  // A connection of a caller may have one upstream beside it.
  const needed = 2 * listeners * listenerLimits(config.limits).connectionsMax;
  if (Number(hard) >= needed) return [well('process', 'file descriptors', `${hard} may be open`)];
  const found = `${hard} may be open, and \`limits.wire.connectionsMax\` on ${listeners} ports can need ${needed}`;
  return [
    warning(
      'process',
      'file descriptors',
      found,
      'raise the limit (`LimitNOFILE=` of systemd, `ulimit -Hn`), or lower `limits.wire.connectionsMax`',
    ),
  ];
}
