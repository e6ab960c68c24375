import type { OpenCatalog } from '../catalog/ask-catalog.ts';
import type { Config } from '../config/load.ts';
import type { GatewayPart, GatewayStatus } from '../control/contract.ts';
import type { Deliveries } from '../control/notices/deliveries.ts';
import { counted } from '../std/counted.ts';
import type { Store } from '../store/store.ts';
import { openedUnsafe } from './opened-unsafe.ts';
import { type OwnStatus, type StatusOfAll, statusOfAll } from './workers/status-of-all.ts';
import type { WorkerBus } from './workers/worker-bus.ts';

/** What the process that serves the console looks at. */
export interface LooksAt {
  readonly config: Config;
  readonly bus: WorkerBus | undefined;
  readonly own: () => OwnStatus;
  readonly store: Store;
  readonly deliveries: Pick<Deliveries, 'dead' | 'list'>;
  readonly catalogs: readonly { readonly folder: string; readonly catalog: Pick<OpenCatalog, 'takenTo'> }[];
}

/** Limit: notices that wait and are counted. */
const WAITING_COUNTED_MAX = 100;

/** How the whole gateway is: each worker, and what they have together. */
export async function wholeStatus(looks: LooksAt): Promise<GatewayStatus> {
  const { config, bus, own, store } = looks;
  const { journals, reasons, warnings, parts } = await statusOfAll(own(), config.workers, bus);
  const [indexes, notices] = await Promise.all([indexParts(looks, journals), noticesPart(looks)]);
  return {
    reasons: [...reasons],
    warnings: [...warnings],
    unsafe: [...openedUnsafe(config)],
    parts: [...parts, ...indexes, storePart(store), notices].sort(
      (a, b) => ORDER.indexOf(a.part) - ORDER.indexOf(b.part),
    ),
  };
}

const ORDER: readonly GatewayPart['part'][] = [
  'journal',
  'index',
  'store',
  'policy',
  'certificate',
  'issuer',
  'notices',
  'receiver',
];

/** Whether searches find all that the journals have. */
async function indexParts({ catalogs, bus }: LooksAt, journals: StatusOfAll['journals']) {
  return Promise.all(
    journals.flatMap(({ folder, syncedSeq, worker }) => {
      const kept = catalogs.find((each) => each.folder === folder);
      if (kept === undefined) return [];
      const whose = bus === undefined ? {} : { worker };
      return [indexPart(kept.catalog, syncedSeq).then((part) => ({ ...part, ...whose }))];
    }),
  );
}

async function indexPart(catalog: Pick<OpenCatalog, 'takenTo'>, syncedSeq: number): Promise<GatewayPart> {
  const part = 'index';
  try {
    const seq = await catalog.takenTo();
    if (seq >= syncedSeq) return { part, state: 'ok', message: `has all of the journal, to line ${seq}` };
    return {
      part,
      state: 'warning',
      message: `has the journal to line ${seq} of ${syncedSeq}: what came later is not found yet`,
    };
  } catch (error) {
    return { part, state: 'failed', message: `sessions cannot be searched: ${(error as Error).message}` };
  }
}

function storePart(store: Store): GatewayPart {
  const part = 'store';
  const { failure, unsealed } = store.health();
  if (failure !== '') return { part, state: 'failed', message: `does not answer: ${failure}` };
  if (!store.isHeard())
    return { part, state: 'failed', message: 'other gateways are not heard: grants count as ended until they are' };
  if (unsealed > 0)
    return {
      part,
      state: 'warning',
      message: `${counted(unsealed, 'read')} met rows whose seal is not right, and passed them over`,
    };
  return { part, state: 'ok', message: 'answers' };
}

async function noticesPart({ config, deliveries }: LooksAt): Promise<GatewayPart> {
  const part = 'notices';
  if (config.notifiers.length === 0)
    return { part, state: 'ok', message: 'none are sent: the configuration has no `notifiers`' };
  const { dead } = deliveries;
  const waiting = await deliveries.list('waiting', WAITING_COUNTED_MAX).catch(() => undefined);
  if (waiting === undefined) return { part, state: 'failed', message: 'cannot be read from the store' };
  const wait = waiting.length === WAITING_COUNTED_MAX ? `${waiting.length} or more wait` : `${waiting.length} wait`;
  return {
    part,
    state: dead > 0 ? 'warning' : 'ok',
    message: `${wait} to be sent${dead === 0 ? ', none was given up' : `, ${dead} were given up`}`,
  };
}
