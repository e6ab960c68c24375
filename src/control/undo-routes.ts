import type { Caller } from '../model/caller.ts';
import { Refusal } from '../model/refusal.ts';
import type { Undone, UndoShown } from '../model/undo-shown.ts';
import type { Catalog, FoundExchange } from '../recording/found.ts';
import type { Asked, Route } from './route.ts';
import { seen } from './seen.ts';
import { viewerOf } from './session-routes.ts';
import { applyUndoSchema, type UndoView, undoneSchema, undoSchema } from './undo-contract.ts';

/** Undoes on the data path, in the name of who asks. */
export interface UndoPort {
  look(caller: Caller, exchange: string, isSure: boolean, signal: AbortSignal): Promise<UndoShown>;
  apply(caller: Caller, exchange: string, isSure: boolean, digest: string, signal: AbortSignal): Promise<Undone>;
}

interface Parts {
  readonly catalog: Catalog;
  readonly undo: () => UndoPort;
}

/** Limit: how long a way back may take. */
const TIMEOUT_MS = 60_000;

/** The way back from an exchange. Whoever may see it asks for it in their own name: policy judges what it does, as any request of theirs. */
export function undoRoutes({ catalog, undo }: Parts): readonly Route[] {
  const signal = () => AbortSignal.timeout(TIMEOUT_MS);
  return [
    {
      method: 'GET',
      path: '/exchanges/{id}/undo',
      id: 'showUndo',
      summary: 'The way back from an exchange as things are now, what does not come back, or why there is none.',
      needs: 'caller',
      answer: { status: 200, schema: undoSchema, description: 'The way back.' },
      handle: async (asked) => {
        const exchange = await find(catalog, asked);
        if (hasChangedNothing(exchange)) return { status: 200, body: view(exchange.id, NOTHING_CHANGED) };
        return {
          status: 200,
          body: view(exchange.id, await undo().look(asked.caller, exchange.id, isSure(exchange), signal())),
        };
      },
    },
    {
      method: 'POST',
      path: '/exchanges/{id}/undo',
      id: 'undo',
      summary: 'Does what was shown, in the caller’s own name and through policy like any request of theirs.',
      needs: 'caller',
      body: applyUndoSchema,
      answer: { status: 200, schema: undoneSchema, description: 'What came of it.' },
      handle: async (asked) => {
        const exchange = await find(catalog, asked);
        if (hasChangedNothing(exchange)) throw new Refusal('NOT_FOUND', 'there is no way back: it changed nothing');
        const { digest } = asked.body as { readonly digest: string };
        const done = await undo().apply(asked.caller, exchange.id, isSure(exchange), digest, signal());
        return { status: 200, body: { ...done } };
      },
    },
  ];
}

const NOTHING_CHANGED: UndoShown = { kind: 'none', why: 'it changed nothing' };

function hasChangedNothing({ outcome, status, isChange }: FoundExchange): boolean {
  return !isChange || outcome === 'refused' || (outcome === 'answered' && (status ?? 0) >= 300);
}

function isSure({ outcome, status }: FoundExchange): boolean {
  return outcome === 'answered' && (status ?? 500) < 300;
}

async function find(catalog: Catalog, asked: Asked): Promise<FoundExchange> {
  return seen(await catalog.exchange(viewerOf(asked), asked.path.id as string), 'exchange').exchange;
}

function view(exchange: string, shown: UndoShown): UndoView {
  if (shown.kind === 'none') return { exchange, ...shown };
  const { changes, lost, missing, ...same } = shown;
  return {
    exchange,
    ...same,
    lost: [...lost],
    missing: [...missing],
    ...(changes === undefined ? {} : { changes: [...changes] }),
  };
}
