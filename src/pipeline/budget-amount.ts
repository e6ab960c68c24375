import type { Probe } from '../connectors/connector.ts';
import type { Caller } from '../model/caller.ts';
import type { JsonObject, JsonValue, Operation } from '../model/operation.ts';
import type { Budget } from '../policy/budget.ts';

/** How much of a budget a request takes before it is sent; what cannot be known is more than there is. */
export async function budgetAmount(
  { of }: Budget,
  operation: Operation,
  caller: Caller,
  probe: Pick<Probe, 'existing' | 'preview'>,
  signal: AbortSignal,
): Promise<number> {
  if (!operation.isChange || operation.options.isDryRun) return 0;
  switch (of) {
    case 'changes':
      return 1;
    case 'deletes':
      return operation.verb === 'deletecollection'
        ? selected(probe, operation, caller, signal)
        : operation.verb === 'delete' || operation.equals.length > 0
          ? 1
          : 0;
    case 'replicas':
      return replicas(probe, operation, caller);
    case 'podShare': // see pod-share-taken.ts: it is counted for each workload
    case 'bytesOut':
    case 'refusals':
    case 'errors':
      return 0;
  }
}

/** A deletecollection counts as what it would delete. */
async function selected(
  probe: Pick<Probe, 'preview'>,
  operation: Operation,
  caller: Caller,
  signal: AbortSignal,
): Promise<number> {
  const { losses, missing } = await probe.preview(operation, undefined, caller, signal);
  return losses === undefined || missing.length > 0
    ? Number.POSITIVE_INFINITY
    : losses.reduce((sum, { count }) => sum + count, 0);
}

/** By how many a workload grows or shrinks; of a new one, all. */
async function replicas(probe: Pick<Probe, 'existing'>, operation: Operation, caller: Caller): Promise<number> {
  const to = replicasWritten(operation);
  if (to === undefined) return 0;
  if (operation.verb === 'create') return to;
  const existing = await probe.existing(operation, caller);
  if (existing === 'unknown') return Number.POSITIVE_INFINITY;
  return Math.abs(to - (replicasIn(existing ?? {}) ?? 0));
}

function replicasWritten({ body }: Operation): number | undefined {
  if (body?.patch?.type === 'json') return replicasPatched(body.patch.operations as readonly JsonObject[]);
  return replicasIn(body?.patch?.object ?? body?.object ?? {});
}

const REPLICAS_OR_ABOVE: readonly unknown[] = ['', '/spec', '/spec/replicas'];

/** What the last edit of them, or of what they stand in, writes; what is moved, copied or left out is not read from the patch. */
function replicasPatched(operations: readonly JsonObject[]): number | undefined {
  const last = operations.findLast(
    ({ op, path, from }) =>
      op !== 'test' && (REPLICAS_OR_ABOVE.includes(path) || (op === 'move' && REPLICAS_OR_ABOVE.includes(from))),
  );
  if (last === undefined) return undefined;
  const { op, path, value } = last;
  if (op !== 'add' && op !== 'replace') return Number.POSITIVE_INFINITY;
  if (path === '/spec/replicas') return numberOf(value);
  const within = path === '' ? value : { spec: value ?? null };
  return replicasIn((within ?? {}) as JsonObject) ?? Number.POSITIVE_INFINITY;
}

/** Kubernetes leaves `replicas` out of a Scale where it is 0. */
function replicasIn({ kind, spec }: JsonObject): number | undefined {
  const said = (spec as JsonObject | null | undefined)?.replicas;
  return said === undefined && kind === 'Scale' ? 0 : said === undefined ? undefined : numberOf(said);
}

function numberOf(value: JsonValue | undefined): number {
  return typeof value === 'number' ? value : Number.POSITIVE_INFINITY;
}
