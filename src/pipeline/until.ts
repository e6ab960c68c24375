/*
 * A stream lives no longer than what it was permitted by: when the caller's token ends, so do its watches, logs and execs, and when its rule's time is over or nothing
 * has passed for as long as the rule lets it be silent; and a port-forward when its pod has ended. A client comes back by itself, and is judged anew.
 */
import type { LifeBehind, Probe } from '../connectors/connector.ts';
import type { StreamEnd } from '../model/channels.ts';
import type { Permit } from '../model/permit.ts';
import type { DuplexReply, MaskedReply, StreamReply } from '../model/reply.ts';
import type { ByteSink, ByteSource } from '../std/byte-source.ts';
import type { Clock } from '../std/clock.ts';
import { durationText } from '../std/duration.ts';
import { unreachable } from '../std/unreachable.ts';
import type { Gateway } from './gateway.ts';
import type { Recording } from './recording.ts';
import { whileThere } from './while-there.ts';

/** Who is told that a stream is ended, and why. */
type LimitTeller = Pick<Recording, 'limited'>;

/** Limit: Node's timers hold no more, 24 days; a token that lasts longer is cut then. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/**
 * The same reply, which ends when the caller's token does, or its rule's bounds are reached, in the way of its protocol. `recording` hears of it just before.
 */
export function until<R extends MaskedReply>(
  permit: Permit,
  { clock, probe }: Pick<Gateway, 'clock'> & { readonly probe: Pick<Probe, 'lifeBehind'> },
  reply: R,
  recording: LimitTeller,
): R {
  switch (reply.kind) {
    case 'unary':
      return reply;
    case 'stream':
      return { ...reply, body: endingSource(permit, clock, reply, recording) };
    case 'duplex':
      endSocket(permit, clock, reply, { recording, look: probe.lifeBehind(permit.operation) });
      return reply;
    default:
      return unreachable(reply);
  }
}

/** When a stream ends, and why. */
class Bounds {
  readonly #end: (end: StreamEnd) => void;
  readonly #idleMaxMs: number | undefined;
  readonly #passed: () => number;
  readonly #life: NodeJS.Timeout;
  #idle: NodeJS.Timeout | undefined;
  #seen = 0;

  /** `passed`: how many bytes, both ways; asked only where silence is bounded. */
  constructor(
    { caller, decision }: Permit,
    clock: Clock,
    { end, passed, recording }: { end(end: StreamEnd): void; passed(): number; recording: LimitTeller },
  ) {
    this.#end = (said) => {
      this.over();
      recording.limited(said.message);
      end(said);
    };
    this.#passed = passed;
    const { forMaxMs = Number.POSITIVE_INFINITY, idleMaxMs } = decision?.stream ?? {};
    this.#idleMaxMs = idleMaxMs;
    const tokenMs = Math.max(0, caller.tokenEndsAt - clock.now());
    const said: StreamEnd =
      forMaxMs < tokenMs
        ? { why: 'limit', message: `its rule lets a stream live ${durationText(forMaxMs)}` }
        : { why: 'token', message: 'the token ended' };
    this.#life = setTimeout(() => this.#end(said), Math.min(tokenMs, forMaxMs, TIMER_MS_MAX));
    this.#listen();
  }

  endWith(said: StreamEnd): void {
    this.#end(said);
  }

  over(): void {
    clearTimeout(this.#life);
    clearTimeout(this.#idle);
  }

  /** Nothing is done for each byte: whether any has passed is asked when as much time has. So a silence is ended between once and twice its bound. */
  #listen(): void {
    const idleMaxMs = this.#idleMaxMs;
    if (idleMaxMs === undefined) return;
    this.#seen = this.#passed();
    const listen = () => {
      const passed = this.#passed();
      if (passed === this.#seen)
        return this.#end({ why: 'limit', message: `nothing passed for ${durationText(idleMaxMs)}` });
      this.#seen = passed;
      this.#idle = setTimeout(listen, Math.min(idleMaxMs, TIMER_MS_MAX));
    };
    this.#idle = setTimeout(listen, Math.min(idleMaxMs, TIMER_MS_MAX));
  }
}

function endingSource(permit: Permit, clock: Clock, { body, end }: StreamReply, recording: LimitTeller): ByteSource {
  let bounds: Bounds | undefined;
  let bytes = 0;
  const over = () => bounds?.over();
  return {
    start(sink: ByteSink) {
      bounds = new Bounds(permit, clock, { end, passed: () => bytes, recording });
      body.start({
        write(chunk) {
          bytes += chunk.length;
          return sink.write(chunk);
        },
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

/** What Node's sockets count and its type of a duplex does not know. */
type Counted = DuplexReply['socket'] & { readonly bytesRead?: number; readonly bytesWritten?: number };

function endSocket(
  permit: Permit,
  clock: Clock,
  { socket, end }: DuplexReply,
  { recording, look }: { readonly recording: LimitTeller; readonly look: LifeBehind | undefined },
): void {
  const counted: Counted = socket;
  const passed = () => (counted.bytesRead ?? 0) + (counted.bytesWritten ?? 0);
  const bounds = new Bounds(permit, clock, { end, passed, recording });
  const over = whileThere(look, (said) => bounds.endWith(said));
  socket.once('close', () => {
    over();
    bounds.over();
  });
}
