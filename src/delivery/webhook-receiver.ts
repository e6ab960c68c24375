import { hash } from 'node:crypto';
import { postJson } from '../control/notices/post-json.ts';
import { signatureOf } from '../control/notices/webhook.ts';
import { type Receiver, TAKEN } from './receiver.ts';

/** Where it is, under what secret it is told, and who vouches for it. */
export interface WebhookReceiverPlace {
  readonly url: string;
  readonly secret: (() => string) | undefined;
  readonly ca: (() => string) | undefined;
  readonly now: () => number;
}

/**
 * A webhook that is told by POST, signed as Standard Webhooks says: `{ type, timestamp, data: { gateway, format, first, last, records } }`, the records as they are. It has
 * taken them when it answers 2xx.
 */
export function webhookReceiver({ url, secret, ca, now }: WebhookReceiverPlace): Receiver {
  return {
    async take({ gateway, format, records }, signal) {
      const [first, last] = [records[0]?.seq, records.at(-1)?.seq];
      const head = JSON.stringify({ gateway, format, first, last }).slice(0, -1);
      const at = new Date(records.at(-1)?.at ?? 0).toISOString();
      // The records' own bytes: what is parsed and written again may lose digits.
      const body = `{"type":"journal.records","timestamp":"${at}","data":${head},"records":[${records.map(({ text }) => text).join(',')}]}}`;
      const id = `records-${hash('sha256', body, 'hex').slice(0, 32)}`;
      const timestamp = String(Math.floor(now() / 1_000));
      const signature = secret === undefined ? {} : { 'webhook-signature': signatureOf(secret(), id, timestamp, body) };
      const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, ...signature };
      await postJson(url, body, headers, signal, ca?.());
      return TAKEN;
    },
  };
}
