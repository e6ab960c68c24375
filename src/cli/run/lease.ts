import { type ControlClient, ControlRefusal } from '../control/client.ts';

/** How often a lease is renewed, in milliseconds; it ends 30 seconds after it was last. */
const RENEW_EVERY_MS = 10_000;

/** Renews the lease of a token until the returned function is called; `onEnd` hears, once, that the token has ended. */
export function keepLease(client: ControlClient, token: string, onEnd: () => void): () => void {
  let isOver = false;
  const timer = setInterval(() => {
    client.ask('POST', `/tokens/${token}/renew`, {}).catch((error: unknown) => {
      // A control plane that does not answer may answer the next time; the lease is three times as long.
      if (!(error instanceof ControlRefusal) || error.problem.status !== 404 || isOver) return;
      isOver = true;
      clearInterval(timer);
      onEnd();
    });
  }, RENEW_EVERY_MS);
  return () => {
    isOver = true;
    clearInterval(timer);
  };
}
