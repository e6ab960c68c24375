import { Refusal } from '../../../model/refusal.ts';
import { credentialRefused } from './unavailable.ts';

/** How far a request had come when it failed. */
export interface Progress {
  /** Its first byte may have left. */
  readonly isSent: boolean;
}

/**
 * What a failed request is told as. Before its first byte has left, nothing can have happened; after it, anything can, and the caller is told
 * not to repeat it blindly.
 */
export function upstreamFailure(error: unknown, { isSent }: Progress): Refusal {
  if (error instanceof Refusal) return error;
  const detail = describe(error);
  if (CERTIFICATE_ALERT.test(detail)) return credentialRefused(detail, error);
  if (isSent) {
    return new Refusal(
      'OUTCOME_UNKNOWN',
      'the connection to the target broke after the request was sent: it may have run',
      {
        detail,
        advice: 'look whether it ran before you repeat it',
        cause: error,
      },
    );
  }
  return new Refusal('UPSTREAM_UNREACHABLE', 'the target could not be reached, and nothing was sent', {
    detail,
    cause: error,
  });
}

/** No answer began, or no connection stood, within the named limit. */
export function upstreamTimeout(
  limit: 'upstreamTimeoutMs' | 'connectTimeoutMs',
  timeoutMs: number,
  { isSent }: Progress,
): Refusal {
  if (isSent) {
    return new Refusal(
      'UPSTREAM_TIMEOUT',
      `the target did not begin its answer within ${timeoutMs} ms (\`limits.${limit}\`): the request may have run`,
      {
        advice: 'look whether it ran before you repeat it',
      },
    );
  }
  return new Refusal(
    'UPSTREAM_UNREACHABLE',
    `the target was not reached within ${timeoutMs} ms (\`limits.${limit}\`), and nothing was sent`,
  );
}

/** Why a reply that had begun was given up; the head has gone to the caller, so only the journal is told in words. */
export function replyStalled(timeoutMs: number): Error {
  return new Error(`nothing more of it came for \`limits.upstreamStallTimeoutMs\`, which is ${timeoutMs}`);
}

/**
 * Upstream, or what stands before it, does not take our client certificate. Over TLS 1.3 it says so once we think that the connection stands, and a request
 * may have left: it has not been read.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc8446#section-6.2
 */
const CERTIFICATE_ALERT = /^ERR_SSL_\w+_ALERT_(?:\w*CERTIFICATE\w*|UNKNOWN_CA|ACCESS_DENIED)\b/;

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as NodeJS.ErrnoException).code;
  return code === undefined ? error.message : `${code}: ${error.message}`;
}
