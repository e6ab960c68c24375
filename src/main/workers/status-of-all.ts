/*
 * How the gateway is, over all its workers: the console is one worker's, which asks the others. What only one says is told with its number.
 */
import type { GatewayPart } from '../../control/contract.ts';
import { mergedReadiness } from './merged-readiness.ts';
import type { WorkerBus } from './worker-bus.ts';

/** How one process is. */
export interface OwnStatus {
  readonly reasons: readonly string[];
  readonly warnings: readonly string[];
  readonly parts: readonly GatewayPart[];
  readonly worker: number;
  /** Its journal, and the last line of it that is on the disk. */
  readonly journal: { readonly folder: string; readonly syncedSeq: number };
}

/** How all of them are. */
export interface StatusOfAll extends Omit<OwnStatus, 'worker' | 'journal'> {
  readonly journals: readonly (OwnStatus['journal'] & { readonly worker: number })[];
}

/** The same of all; `workers` is how many there are to be. */
export async function statusOfAll(
  own: OwnStatus,
  workers: number,
  bus: Pick<WorkerBus, 'ask'> | undefined,
): Promise<StatusOfAll> {
  if (bus === undefined) return { ...own, journals: [{ ...own.journal, worker: own.worker }] };
  const said = [own, ...(await bus.ask<OwnStatus>('status', null))].sort((a, b) => a.worker - b.worker);
  const merged = mergedReadiness(
    said.map(({ worker, reasons, warnings }) => ({ worker, readiness: { reasons, warnings } })),
    false,
  );
  const heard = new Set(said.map(({ worker }) => worker));
  const silent = Array.from({ length: workers }, (_, index) => index + 1).filter((worker) => !heard.has(worker));
  return {
    reasons: merged.reasons,
    warnings: [...silent.map((worker) => `worker ${worker} does not answer`), ...merged.warnings],
    parts: partsOfAll(said),
    journals: said.map(({ journal, worker }) => ({ ...journal, worker })),
  };
}

/** Each worker has a journal of its own; of all else, what is not well is told of each worker, and what is well at all of them once. */
function partsOfAll(said: readonly OwnStatus[]): readonly GatewayPart[] {
  const all = said.flatMap(({ worker, parts }) => parts.map((part) => ({ ...part, worker })));
  const alike = Map.groupBy(all, ({ part, name = '' }) => `${part} ${name}`);
  return [...alike.values()].flatMap((parts) => {
    if (parts[0]?.part === 'journal') return parts;
    const ailing = parts.filter(({ state }) => state === 'failed' || state === 'warning');
    if (ailing.length > 0) return ailing;
    const { worker: _, ...shared } = (parts.find(({ state }) => state === 'ok') ?? parts[0]) as (typeof all)[number];
    return [shared];
  });
}
