import { Refusal } from '../../../model/refusal.ts';

/** The credential could not be had. `detail` holds nothing of it. */
export function credentialUnavailable(detail: string, cause?: unknown): Refusal {
  return new Refusal('CREDENTIAL_UNAVAILABLE', 'the credential for the target could not be had, and nothing was sent', {
    detail,
    ...(cause === undefined ? {} : { cause }),
  });
}
