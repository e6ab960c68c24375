import { Refusal } from '../model/refusal.ts';

/** The intent of an exchange could not be kept: it goes no further. */
export function unrecorded(cause: unknown): Refusal {
  return new Refusal('RECORDING_UNAVAILABLE', 'the exchange cannot be recorded, so nothing was forwarded', {
    cause,
    detail: String(cause),
    advice: 'try again once the operator has mended the gateway’s journal',
    retryAfterSeconds: 5,
  });
}

/** The end of an exchange that was forwarded can no longer be kept: its reply goes no further. */
export function withheld(cause: Error): Refusal {
  return new Refusal(
    'OUTCOME_UNKNOWN',
    'the exchange could not be recorded to its end: it ran, and its reply is withheld',
    {
      cause,
      detail: cause.message,
      advice: 'look whether it ran before you repeat it',
    },
  );
}
