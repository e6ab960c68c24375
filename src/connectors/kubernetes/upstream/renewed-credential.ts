/*
 * A credential that is made again and again: by an exec plugin, or signed with a cloud's own.
 *
 * It is made once for however many requests wait, and again before it ends, so that no request waits for it in ordinary times.
 */
import type { Clock } from '../../../std/clock.ts';
import type { Credential, CredentialSource } from './credential.ts';
import { credentialUnavailable } from './unavailable.ts';
import { unlessAborted } from './unless-aborted.ts';

export interface RenewedCredentialOptions {
  /** @throws {Refusal} CREDENTIAL_UNAVAILABLE */
  readonly make: () => Promise<Credential>;
  /** What goes on while it is made, as in `given up while …`. */
  readonly what: string;
  readonly clock: Clock;
  /** A credential that ends within this time is replaced while it is still used; a minute by default. */
  readonly refreshBeforeMs?: number;
  /** A credential younger than this is not doubted, since upstream may have meant something behind it; ten seconds by default. */
  readonly undoubtedMs?: number;
}

const REFRESH_BEFORE_MS = 60_000;
const UNDOUBTED_MS = 10_000;
/** After it could not be made, how long others are told so without another try. */
const FAILURE_KEPT_MS = 2_000;

/** What `make` gives, kept until shortly before it ends. */
export function renewedCredential(options: RenewedCredentialOptions): CredentialSource {
  const { make, what, clock, refreshBeforeMs = REFRESH_BEFORE_MS, undoubtedMs = UNDOUBTED_MS } = options;
  let current: { readonly credential: Credential; readonly madeAtMs: number } | undefined;
  let failure: { readonly error: unknown; readonly atMs: number } | undefined;
  let making: Promise<Credential> | undefined;
  const refresh = () => {
    making ??= make()
      .then(
        (credential) => {
          failure = undefined;
          current = { credential, madeAtMs: clock.monotonic() };
          return credential;
        },
        (error) => {
          failure = { error, atMs: clock.monotonic() };
          throw error;
        },
      )
      .finally(() => {
        making = undefined;
      });
    return making;
  };
  return {
    async current(signal) {
      const leftMs = (current?.credential.endsAt ?? Number.POSITIVE_INFINITY) - clock.now();
      const hasJustFailed = failure !== undefined && clock.monotonic() - failure.atMs < FAILURE_KEPT_MS;
      if (current !== undefined && leftMs > 0) {
        if (leftMs < refreshBeforeMs && !hasJustFailed) refresh().catch(() => {});
        return current.credential;
      }
      if (hasJustFailed && making === undefined) throw failure?.error;
      return unlessAborted(refresh(), signal, () => credentialUnavailable(`given up while ${what}`));
    },
    invalidate(credential) {
      if (credential !== current?.credential || clock.monotonic() - current.madeAtMs < undoubtedMs) return;
      current = undefined;
    },
  };
}
