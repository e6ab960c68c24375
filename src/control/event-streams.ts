import type { ServerResponse } from 'node:http';
import { callerKey } from '../model/caller.ts';
import { Refusal } from '../model/refusal.ts';
import { CONTROL_LIMITS } from './answer.ts';
import { ANSWER_HEADERS } from './answer-headers.ts';
import type { Answered, Send } from './route.ts';
import type { Identified } from './sign-in/identify.ts';
import { whileAdmitted } from './while-admitted.ts';

/** How often a stream says that it is there, in milliseconds. */
const KEEP_ALIVE_MS = 15_000;

/** Limit: bytes that wait for a reader; one that reads slower is cut, and reads again from a list. */
const WAITING_BYTES_MAX = 1024 * 1024;

/** Limit: how long a reader may take for what waits when its stream ends, in milliseconds. */
const LAST_READ_MS = 5_000;

/** Server-sent events on the wire, each stream for as long as its caller may read it. Source: https://html.spec.whatwg.org/multipage/server-sent-events.html */
export class EventStreams {
  readonly #open = new Map<string, number>();
  readonly #onFault: (error: unknown) => void;

  /** @param onFault told of what could not be told, for the log */
  constructor(onFault: (error: unknown) => void) {
    this.#onFault = onFault;
  }

  /** Sends what `begin` tells. @throws {Refusal} TOO_MANY_REQUESTS */
  send({ begin }: Extract<Answered, { begin: unknown }>, who: Identified, response: ServerResponse): void {
    const forget = this.#count(callerKey(who.caller));
    response.writeHead(200, { ...ANSWER_HEADERS, 'content-type': 'text/event-stream' });
    response.write(': begun\n\n');
    let isOver = false;
    const write = (text: string) => {
      if (isOver) return;
      if (response.writableLength > WAITING_BYTES_MAX) response.destroy();
      else response.write(text);
    };
    const tell: Send = (event, data) => {
      write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
      return response.writableLength < WAITING_BYTES_MAX / 4;
    };
    const stopTelling = begin(tell, (thrown) => {
      this.#onFault(thrown);
      response.destroy();
    });
    const alive = setInterval(() => write(': here\n\n'), KEEP_ALIVE_MS);
    // T60: a stream ends with its caller's token, session or role.
    const stopLooking = whileAdmitted(who, () => {
      isOver = true;
      stopTelling();
      response.end();
      setTimeout(() => response.destroy(), LAST_READ_MS).unref();
    });
    response.once('close', () => {
      clearInterval(alive);
      stopLooking();
      if (!isOver) stopTelling();
      isOver = true;
      forget();
    });
  }

  #count(key: string): () => void {
    const own = this.#open.get(key) ?? 0;
    const all = [...this.#open.values()].reduce((sum, count) => sum + count, 0);
    if (own >= CONTROL_LIMITS.streamsPerCallerMax || all >= CONTROL_LIMITS.streamsMax)
      throw new Refusal('TOO_MANY_REQUESTS', 'as many event streams are open as may be', { retryAfterSeconds: 5 });
    this.#open.set(key, own + 1);
    return () => {
      const left = (this.#open.get(key) ?? 1) - 1;
      if (left === 0) this.#open.delete(key);
      else this.#open.set(key, left);
    };
  }
}
