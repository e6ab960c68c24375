import { createHmac, timingSafeEqual } from 'node:crypto';

/** Limit: how old a request of Slack's may be, or how far ahead its clock, in milliseconds. */
export const SLACK_AGE_MS_MAX = 5 * 60_000;

/** Whether a request is Slack's own, and of now. Source: https://docs.slack.dev/authentication/verifying-requests-from-slack */
export function isOfSlack(
  secret: string,
  { timestamp, signature, body }: { readonly timestamp: string; readonly signature: string; readonly body: Uint8Array },
  nowMs: number,
): boolean {
  if (secret === '' || !/^\d{1,12}$/.test(timestamp) || !/^v0=[0-9a-f]{64}$/.test(signature)) return false;
  const own = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex');
  const isSigned = timingSafeEqual(Buffer.from(signature), Buffer.from(`v0=${own}`));
  return isSigned && Math.abs(nowMs - Number(timestamp) * 1_000) <= SLACK_AGE_MS_MAX;
}
