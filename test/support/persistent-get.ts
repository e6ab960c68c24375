import { get, type RequestOptions } from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';

/** How often a caller had to come again. */
export interface Detours {
  /** Since the answer told it so. */
  told: number;
  /** Since a connection that it had kept ended before any of the answer came. */
  ended: number;
}

interface Reply {
  readonly status: number;
  readonly said: string;
}

type Outcome = 'ended' | (Reply & { readonly retryAfterSeconds: number | undefined });

/** As client-go has it. */
const TRIES_MAX = 10;

/**
 * A GET as Kubernetes' own clients send it: again where the connection was one that they had kept and it ended before any of the answer came, and again where the answer is 429 or 5xx and says after how many seconds.
 *
 * Source: shouldRetryRequest in net/http's transport.go; checkWait in client-go's rest/request.go
 * @throws {Error} what such a client fails with
 */
export async function persistentGet(url: string, options: RequestOptions, detours: Detours): Promise<Reply> {
  for (let tries = 1; ; tries++) {
    const outcome = await once(url, options);
    if (outcome === 'ended') {
      detours.ended++;
      continue;
    }
    const { status, retryAfterSeconds } = outcome;
    const isTold = (status === 429 || status >= 500) && retryAfterSeconds !== undefined;
    if (!isTold || tries === TRIES_MAX) return outcome;
    detours.told++;
    await pause(retryAfterSeconds * 1000);
  }
}

function once(url: string, options: RequestOptions): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const request = get(url, options, (response) => {
      const { statusCode: status = 0, headers } = response;
      const after = headers['retry-after'];
      const retryAfterSeconds = after !== undefined && /^\d+$/.test(after) ? Number(after) : undefined;
      text(response).then((said) => resolve({ status, said, retryAfterSeconds }), reject);
    });
    request.once('error', (error: NodeJS.ErrnoException) => {
      if (request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE')) resolve('ended');
      else reject(error);
    });
  });
}
