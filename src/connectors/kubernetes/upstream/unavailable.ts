import { Refusal } from '../../../model/refusal.ts';

/** The credential could not be had. `detail` holds nothing of it. */
export function credentialUnavailable(detail: string, cause?: unknown): Refusal {
  return new Refusal('CREDENTIAL_UNAVAILABLE', 'the credential for the target could not be had, and nothing was sent', {
    detail,
    ...(cause === undefined ? {} : { cause }),
  });
}

const NOT_YOURS = 'your own token is good: whoever runs this gateway looks at';

/** Upstream does not take our credential: a 401 that a caller would take for one about its own token, and throw that away. */
export function credentialRefused(detail: string, cause?: unknown): Refusal {
  return new Refusal('CREDENTIAL_REFUSED', 'the target does not take the gateway’s credential, and nothing was done', {
    detail,
    advice: `${NOT_YOURS} its credential for the target`,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Upstream takes our credential, and does not let it act for this caller. `what` it may not, as in `it …`. */
export function credentialForbidden(subject: string, what: string): Refusal {
  const message = `the target does not let the gateway act for \`${subject}\` (it ${what}), and nothing was done`;
  return new Refusal('CREDENTIAL_FORBIDDEN', message, {
    detail: `it ${what}`,
    advice: `${NOT_YOURS} its right to impersonate`,
  });
}
