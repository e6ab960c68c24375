import { createHmac } from 'node:crypto';
import type { Notice } from './notice.ts';
import type { Notifier } from './notifier.ts';
import { postJson } from './post-json.ts';
import { SendFailure } from './send-failure.ts';

/** Where it goes, and what it is signed under: `whsec_` and base64, or the text itself. */
export interface WebhookPlace {
  readonly url: string;
  /** Read for each notice; undefined: none is signed. */
  readonly secret: (() => string) | undefined;
}

/** A generic webhook, signed as Standard Webhooks says. Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
export function webhook({ url, secret }: WebhookPlace): Notifier {
  return {
    async send(notice, { signal, link, nowMs }) {
      const body = JSON.stringify({
        type: notice.kind,
        timestamp: new Date(notice.at).toISOString(),
        data: dataOf(notice, link),
      });
      const timestamp = String(Math.floor(nowMs / 1_000));
      const signature =
        secret === undefined ? {} : { 'webhook-signature': signatureOf(secret(), notice.id, timestamp, body) };
      await postJson(url, body, { 'webhook-id': notice.id, 'webhook-timestamp': timestamp, ...signature }, signal);
      return undefined;
    },
  };
}

/** The value of `webhook-signature`. @throws {SendFailure} there is no secret */
export function signatureOf(secret: string, id: string, timestamp: string, body: string): string {
  const text = secret.trim();
  if (text === '') throw new SendFailure('the file of its secret is empty', true);
  const key = text.startsWith('whsec_') ? Buffer.from(text.slice('whsec_'.length), 'base64') : Buffer.from(text);
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

function dataOf({ id: _, at: __, kind: ___, path: ____, caller, ...rest }: Notice, link: string) {
  return { ...rest, ...(caller === undefined ? {} : { caller: { subject: caller.subject, kind: caller.kind } }), link };
}
