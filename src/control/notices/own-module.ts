import type { Notice } from './notice.ts';
import type { Notifier, Sending } from './notifier.ts';
import { SendFailure } from './send-failure.ts';

/**
 * What a module of one's own exports, and is all that it needs. It is told of one notice at a time for each, in their order where they are about the same; what it gives
 * back is kept and given to it as `sending.thread` with the next about the same. What it throws is tried again, less and less often; an error whose `isHopeless` is true is
 * not. It has to end when `sending.signal` aborts.
 */
export interface NotifierModule {
  send(notice: Notice, sending: Sending): Promise<string | undefined>;
}

/**
 * A module of one's own as a notifier. Security: it runs in the gateway, with all that the gateway may: whoever writes the configuration answers for it.
 *
 * @throws {Error} it exports no function `send`
 */
export function ownModule({ send }: Partial<NotifierModule>): Notifier {
  if (typeof send !== 'function') throw new Error('it exports no function `send`');
  return {
    async send(notice, sending) {
      try {
        const thread: unknown = await send(structuredClone(notice), { ...sending });
        return typeof thread === 'string' ? thread : undefined;
      } catch (error) {
        throw new SendFailure(error instanceof Error ? error.message : String(error), isHopeless(error));
      }
    },
  };
}

function isHopeless(error: unknown): boolean {
  return typeof error === 'object' && error !== null && (error as { isHopeless?: unknown }).isHopeless === true;
}
