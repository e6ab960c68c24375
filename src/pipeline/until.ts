/*
 * A stream lives no longer than what it was permitted by: when the caller's token ends, so do its watches, logs and execs. A client with a newer token
 * comes back by itself, and is judged anew.
 */
import type { StreamEnd } from '../model/channels.ts';
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
 * The same reply, which ends when the caller's token does, in the way of its protocol. `recording` hears of it just before.
 */
export function until<R extends MaskedReply>(permit: Permit, clock: Clock, reply: R, recording: LimitTeller): R {
  switch (reply.kind) {
    case 'unary':
      return reply;
    case 'stream':
      return { ...reply, body: endingSource(reply, msLeft(permit, clock), recording) };
    case 'duplex':
      endSocket(reply, msLeft(permit, clock), recording);
      return reply;
    default:
      return unreachable(reply);
  }
}

function msLeft({ caller }: Permit, clock: Clock): number {
  return Math.min(Math.max(0, caller.tokenEndsAt - clock.now()), TIMER_MS_MAX);
}

const TOKEN_ENDED = 'the token ended';
const END: StreamEnd = { why: 'token', message: TOKEN_ENDED };

function endingSource({ body, end }: StreamReply, ms: number, recording: LimitTeller): ByteSource {
  let timer: NodeJS.Timeout | undefined;
  const over = () => clearTimeout(timer);
  return {
    start(sink: ByteSink) {
      timer = setTimeout(() => {
        recording.limited(TOKEN_ENDED);
        end(END);
      }, ms);
      body.start({
        write: (chunk) => sink.write(chunk),
        end(trailers) {
          over();
          sink.end(trailers);
        },
        fail(error) {
          over();
          sink.fail(error);
        },
      });
    },
    resume: () => body.resume(),
    cancel(reason) {
      over();
      body.cancel(reason);
    },
  };
}

function endSocket({ socket, end }: DuplexReply, ms: number, recording: LimitTeller): void {
  const timer = setTimeout(() => {
    recording.limited(TOKEN_ENDED);
    end(END);
  }, ms);
  socket.once('close', () => clearTimeout(timer));
}
