import type { TLSSocket } from 'node:tls';
import type { Refusal } from '../../../model/refusal.ts';
import type { TargetChecked } from '../../../model/target-check.ts';
import type { Clock } from '../../../std/clock.ts';

/** From when on the end of a certificate, and a difference of clocks, are worth a word. */
export const CONNECTION_CHECK_LIMITS = Object.freeze({
  /** Days that a certificate has left. */
  certificateWarnDays: 21,
  /** Milliseconds between the clocks. */
  clockWarnMs: 5_000,
  /** Milliseconds between the clocks at which tokens begin to be refused. */
  clockFailedMs: 60_000,
});

type Found = Omit<TargetChecked, 'check'>;

/** What was seen of a server's certificate, once it was believed. */
export interface CertificateSeen {
  readonly endsAt: number;
  readonly protocol: string;
}

/** @param socket whose handshake is done */
export function seenCertificate(socket: TLSSocket): CertificateSeen | undefined {
  const endsAt = socket.getPeerX509Certificate()?.validToDate.getTime();
  return endsAt === undefined ? undefined : { endsAt, protocol: socket.getProtocol() ?? '' };
}

/** What of it is told; `unknown` where no connection came so far. */
export function checkedCertificate(
  seen: CertificateSeen | undefined,
  failure: Refusal | undefined,
  clock: Clock,
): Found {
  if (seen !== undefined) {
    const days = Math.floor((seen.endsAt - clock.now()) / 86_400_000);
    const isNear = days < CONNECTION_CHECK_LIMITS.certificateWarnDays;
    return {
      state: isNear ? 'warning' : 'ok',
      message: `it is believed, over ${seen.protocol}, and ends in ${days} days`,
    };
  }
  if (failure !== undefined && NOT_BELIEVED.test(failure.detail))
    return { state: 'failed', message: `its certificate is not believed (${failure.detail})` };
  return { state: 'unknown', message: 'no connection came to a certificate' };
}

/** How Node names what is wrong with a certificate. Source: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const NOT_BELIEVED =
  /\b(?:CERT_\w+|UNABLE_TO_\w+|\w*SELF_SIGNED\w*|DEPTH_ZERO_\w+|ERR_TLS_CERT_ALTNAME_INVALID|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH)\b/;

/** How far the server's clock is from ours, by its header `Date`, which has whole seconds. */
export function checkedClock(date: string, clock: Clock): Found {
  const theirs = Date.parse(date);
  if (Number.isNaN(theirs)) return { state: 'unknown', message: 'it says no time' };
  // Somewhere in that second.
  const apart = theirs - clock.now();
  const apartMs = apart > 0 ? apart : Math.min(0, apart + 999);
  const size = Math.abs(apartMs);
  const seconds = Math.round(size / 1000);
  if (size < CONNECTION_CHECK_LIMITS.clockWarnMs) return { state: 'ok', message: 'its clock and the gateway’s agree' };
  const where = `its clock is ${seconds} s ${apartMs > 0 ? 'ahead of' : 'behind'} the gateway’s`;
  return size < CONNECTION_CHECK_LIMITS.clockFailedMs
    ? { state: 'warning', message: where }
    : { state: 'failed', message: `${where}: tokens are refused as not yet good, or as ended` };
}
