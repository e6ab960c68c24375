/*
 * The console is served by one worker, the first, and shows all of them: what is under way, what was refused and how the journals are signed is asked of the others when
 * somebody looks, and exchanges are told while somebody watches.
 */
import type { RefusalView } from '../../control/contract.ts';
import type { Seals, SealsOfOther } from '../../control/journal-routes.ts';
import type { LiveExchanges, WatchedExchange } from '../../control/live-exchanges.ts';
import type { Refusals } from '../../control/refusals.ts';
import { refusalView } from '../../control/views.ts';
import type { Caller } from '../../model/caller.ts';
import { type AskedBy, askedBy } from '../../model/is-own.ts';
import { Refusal } from '../../model/refusal.ts';
import type { LivesBy } from '../../pipeline/in-flight.ts';
import type { WorkerBus } from './worker-bus.ts';

/** What one worker has of its own, that the console shows. */
export interface OwnParts {
  readonly underWay: () => readonly LivesBy[];
  readonly endExchange: (id: string, refusal: Refusal) => boolean;
  readonly refusals: Refusals;
  readonly exchanges: LiveExchanges;
  readonly seals: Seals;
}

/** The same of all workers, as the console asks it. */
export interface AllParts {
  readonly underWay: () => Promise<readonly LivesBy[]>;
  readonly endExchange: (id: string, refusal: Refusal) => Promise<boolean>;
  readonly refusals: { of(caller: Caller): Promise<readonly RefusalView[]> };
  readonly exchanges: LiveExchanges;
  readonly seals: Seals;
}

/** Of a gateway that is one process; of one with workers, `bus` is the way to the others. */
export function consoleOfAll(own: OwnParts, bus: WorkerBus | undefined): AllParts {
  if (bus !== undefined) watchOthers(own.exchanges, bus);
  const ask = async <Answer>(...[what, body]: Parameters<WorkerBus['ask']>): Promise<readonly Answer[]> =>
    bus === undefined ? [] : bus.ask<Answer>(what, body);
  return {
    underWay: async () => [...own.underWay(), ...(await ask<readonly LivesBy[]>('under-way', null)).flat()],
    async endExchange(id, refusal) {
      const { code, message, detail } = refusal;
      const others = await ask<boolean>('end-exchange', { id, code, message, detail } satisfies EndAsked);
      return own.endExchange(id, refusal) || others.some((wasOpen) => wasOpen);
    },
    refusals: {
      async of(caller) {
        const viewer = askedBy(caller);
        const ours = own.refusals.of(viewer).map(refusalView);
        const others = (await ask<readonly RefusalView[]>('refusals', viewer)).flat();
        return others.length === 0 ? ours : [...ours, ...others].sort((a, b) => (a.at < b.at ? 1 : -1));
      },
    },
    exchanges: own.exchanges,
    seals: { ...own.seals, others: () => ask<SealsOfOther>('seals', null) },
  };
}

interface EndAsked {
  readonly id: string;
  readonly code: Refusal['code'];
  readonly message: string;
  readonly detail: string;
}

/** Answers the worker that serves the console from now on. */
export function answerConsole(own: OwnParts, bus: WorkerBus): void {
  bus.answer('under-way', () => own.underWay());
  bus.answer('end-exchange', (body) => {
    const { id, code, message, detail } = body as EndAsked;
    return own.endExchange(id, new Refusal(code, message, { detail }));
  });
  bus.answer('refusals', (viewer) => own.refusals.of(viewer as AskedBy).map(refusalView));
  bus.answer('seals', () => ({ keys: own.seals.keys(), checkpoint: own.seals.checkpoint() ?? null }));
  let end: (() => void) | undefined;
  bus.hear('watch', (isWatched) => {
    end?.();
    end = isWatched === true ? own.exchanges.onExchange((told) => bus.show('exchange', told)) : undefined;
  });
}

/** Limit: others tell of exchanges while somebody watches here, and no longer. */
function watchOthers(exchanges: LiveExchanges, bus: WorkerBus): void {
  const say = () => bus.tell('watch', exchanges.isWatched);
  exchanges.onWatched = say;
  bus.onJoined(() => exchanges.isWatched && say());
  bus.hear('exchange', (told) => exchanges.show(told as WatchedExchange));
  // One that was watched when it ended is not watched now.
  say();
}
