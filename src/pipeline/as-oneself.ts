import type { Caller } from '../model/caller.ts';
import { Refusal } from '../model/refusal.ts';
import type { Request } from '../model/request.ts';

/**
 * Refuses a request by which its caller would act as somebody else.
 *
 * Whoever impersonates mostly does so to have less power. Judged and forwarded without those headers, the request would be done with the caller's
 * whole power instead; with them, it would be whoever it names.
 *
 * @throws {Refusal} IMPERSONATION_REFUSED
 */
export function asOneself({ subject }: Caller, { impersonation }: Request): void {
  if (impersonation === undefined) return;
  const message = `\`${subject}\` asks to act as somebody else (header \`${printable(impersonation)}\`), which the gateway passes on for nobody, so nothing was done`;
  const advice =
    'send it without `--as` or other impersonation, with the token of an identity that may do no more than this';
  throw new Refusal('IMPERSONATION_REFUSED', message, { advice });
}

/** The caller's own word, safe to print. */
function printable(name: string): string {
  return name.slice(0, 64).replace(/[^ -~]/g, '?');
}
