import { Refusal } from '../model/refusal.ts';

/** A read without an end met a gateway that stops, before its reply had begun: it changed nothing, and can be asked for again. */
export function stopping(): Refusal {
  return new Refusal('SHUTTING_DOWN', 'the gateway is stopping, and the target had not begun to answer', {
    advice: 'ask again',
    retryAfterSeconds: 1,
  });
}
