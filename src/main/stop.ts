/*
 * A stop in order, as the API server's own: nothing new is taken; watches and logs, which never end by themselves, end at once: a watch in order, so that its
 * client comes back elsewhere without an error, a log by a cut, since in order it would look whole; what ends by itself is waited for, and so is an exec or a port-forward, up to a bound; then it is cut.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Listener } from '../listener/listener.ts';
import type { InFlight } from '../pipeline/in-flight.ts';

/** The bounds of a stop. */
export const STOP_LIMITS = Object.freeze({
  /** How long a stop waits for requests, execs and port-forwards in flight; what still runs then is cut. */
  stopTimeoutMs: 10_000,
  /** How long a stop waits for watches and logs to be answered at all, so that they end in order; a log has no head before its first line. */
  answerTimeoutMs: 1_000,
  /** How long a stop waits for execs and port-forwards that it ends to say so to their callers. */
  goodbyeTimeoutMs: 1_000,
  /** How long a stop waits for exchanges that it has cut to notice; what has not ended then is closed as lost at the next start. */
  cutTimeoutMs: 2_000,
});

/** What the end of an exchange says where the stop ended it. */
export const STOP_REASON = 'the gateway stopped';

/** Serves on for so long, or until `hurry` aborts, so that balancers hear that this gateway stops before it does. */
async function lameDuck(
  listeners: readonly Pick<Listener, 'drain'>[],
  drainMs: number,
  hurry: AbortSignal,
): Promise<void> {
  for (const listener of listeners) listener.drain();
  await pause(drainMs, undefined, { signal: hurry }).catch(() => {});
}

/** Resolves once nothing is under way any more; what still runs after `stopTimeoutMs`, or once `hurry` aborts, is cut. */
export async function drain(parts: {
  readonly listeners: readonly Pick<Listener, 'stop' | 'drain'>[];
  readonly inFlight: Pick<InFlight, 'endStreams' | 'endUnanswered' | 'cut' | 'ended'>;
  /** Lets what waits for a person go on elsewhere. Default: nothing waits. */
  readonly releaseHeld?: () => void;
  /** How long it serves on first, and then waits. */
  readonly limits: { readonly drainMs: number; readonly stopTimeoutMs: number };
  readonly hurry: AbortSignal;
}): Promise<void> {
  const { listeners, inFlight, hurry } = parts;
  const { drainMs, stopTimeoutMs } = parts.limits;
  if (drainMs > 0) await lameDuck(listeners, drainMs, hurry);
  const cut = new AbortController();
  const cutAll = () => {
    // First the recordings, which then know why their connections break.
    inFlight.cut(STOP_REASON);
    // An exec tells its caller why it ends before its connection goes.
    void inFlight.ended(STOP_LIMITS.goodbyeTimeoutMs).then(() => cut.abort());
  };
  const closed = listeners.map((listener) => listener.stop(cut.signal));
  inFlight.endStreams(STOP_REASON);
  // Told on connections that say, by now, that they end.
  parts.releaseHeld?.();
  const timers = [
    setTimeout(() => inFlight.endUnanswered(), STOP_LIMITS.answerTimeoutMs),
    setTimeout(cutAll, stopTimeoutMs),
  ];
  if (hurry.aborted) cutAll();
  else hurry.addEventListener('abort', cutAll, { once: true });
  await Promise.all(closed);
  for (const timer of timers) clearTimeout(timer);
  await inFlight.ended(STOP_LIMITS.cutTimeoutMs);
}
