import { Refusal } from '../model/refusal.ts';

/** What needs the store cannot be done now. */
export function storeUnavailable(message: string, cause?: unknown): Refusal {
  const detail = cause instanceof Error ? cause.message : '';
  return new Refusal('STORE_UNAVAILABLE', message, { detail, cause, retryAfterSeconds: 2 });
}
