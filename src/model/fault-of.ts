import { Refusal } from './refusal.ts';

/** A bug of ours as it is told: its detail goes to the log, and never to the caller. */
export function faultOf(thrown: unknown): Refusal {
  const detail = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return new Refusal('INTERNAL', 'the gateway failed; its log has this exchange’s id', { detail, cause: thrown });
}
