/*
 * A stream lives no longer than what it was permitted by: when the caller's token ends, so do its watches, logs and execs. A client with a newer token
 * comes back by itself, and is judged anew.
 */
import type { Permit } from '../model/permit.ts';
import type { DuplexReply, MaskedReply, StreamReply } from '../model/reply.ts';
import type { ByteSink, ByteSource } from '../std/byte-source.ts';
import type { Clock } from '../std/clock.ts';
import { unreachable } from '../std/unreachable.ts';
import type { Recording } from './recording.ts';

/** Who is told that a stream is ended, and why. */
type LimitTeller = Pick<Recording, 'limited'>;

/** Limit: Node's timers hold no more, 24 days; a token that lasts longer is cut then. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/**
 * The same reply, which ends when the caller's token does; a watch or log ends as if upstream had, an exec is cut. `recording` hears of it just before.
 */
export function until<R extends MaskedReply>(permit: Permit, clock: Clock, reply: R, recording: LimitTeller): R {
  switch (reply.kind) {
    case 'unary':
      return reply;
    case 'stream':
      return { ...reply, body: endingSource((reply as StreamReply).body, msLeft(permit, clock), recording) };
    case 'duplex':
      cutSocket(reply, msLeft(permit, clock), recording);
      return reply;
    default:
      return unreachable(reply);
  }
}

function msLeft({ caller }: Permit, clock: Clock): number {
  return Math.min(Math.max(0, caller.tokenEndsAt - clock.now()), TIMER_MS_MAX);
}

const TOKEN_ENDED = 'the token ended';

function endingSource(source: ByteSource, ms: number, recording: LimitTeller): ByteSource {
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const over = () => {
    isOver = true;
    clearTimeout(timer);
  };
  return {
    start(sink: ByteSink) {
      timer = setTimeout(() => {
        if (isOver) return;
        over();
        recording.limited(TOKEN_ENDED);
        source.cancel(new Error(TOKEN_ENDED));
        sink.end([]);
      }, ms);
      source.start({
        write: (chunk) => !isOver && sink.write(chunk),
        end(trailers) {
          if (isOver) return;
          over();
          sink.end(trailers);
        },
        fail(error) {
          if (isOver) return;
          over();
          sink.fail(error);
        },
      });
    },
    resume: () => source.resume(),
    cancel(reason) {
      over();
      source.cancel(reason);
    },
  };
}

function cutSocket({ socket }: DuplexReply, ms: number, recording: LimitTeller): void {
  const timer = setTimeout(() => {
    recording.limited(TOKEN_ENDED);
    socket.destroy();
  }, ms);
  socket.once('close', () => clearTimeout(timer));
}
