import type { KeeperPort } from '../pipeline/record-ports.ts';
import type { KeptEnd } from '../recording/keeping.ts';
import type { Clock } from '../std/clock.ts';
import type { Journal } from '../storage/journal.ts';
import type { Pieces } from '../storage/pieces/open-pieces.ts';

/** What keeps what passes: pieces in packs, and a line in the journal for what of them is on the disk. */
export function keeperOf(pieces: Pieces, journal: Pick<Journal, 'append'>, clock: Clock): KeeperPort {
  return {
    ready: () => pieces.ready(),
    open(exchange, head, told) {
      const { part, form } = head;
      return pieces.open(head, {
        onRoom: () => told.onRoom(),
        onFailed: (error) => told.onFailed(error),
        onKept({ pieces: refs, isList, bytes, end }) {
          try {
            journal.append({
              type: 'exchange.recorded',
              at: clock.now(),
              exchange,
              part,
              form,
              ...(head.form === 'body' ? { mediaType: head.mediaType } : {}),
              pieces: refs,
              ...(isList ? { isList } : {}),
              bytes,
              ...(end === undefined ? {} : { end: compact(end) }),
            });
          } catch (error) {
            told.onFailed(error as Error);
          }
        },
      });
    },
  };
}

function compact({ isWhole, bytes, exitCode, stdin, archive, files }: KeptEnd & { readonly bytes: number }) {
  return {
    isWhole,
    bytes,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(stdin === undefined ? {} : { stdin }),
    ...(archive === undefined ? {} : { archive }),
    ...(files === undefined ? {} : { files }),
  };
}
