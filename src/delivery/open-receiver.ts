import { readFileSync } from 'node:fs';
import { fileReceiver } from './file-receiver.ts';
import { otlpReceiver } from './otlp-receiver.ts';
import type { Receiver } from './receiver.ts';
import type { ReceiverConfig } from './receiver-config.ts';
import { syslogReceiver } from './syslog-receiver.ts';
import { webhookReceiver } from './webhook-receiver.ts';

/** What the configuration calls a receiver. */
export function openReceiver({ name, webhook, file, syslog, otlp }: ReceiverConfig, now: () => number): Receiver {
  if (webhook !== undefined)
    return webhookReceiver({ url: webhook.url, secret: reader(webhook.secretFile), ca: reader(webhook.caFile), now });
  if (file !== undefined) return fileReceiver(file.path);
  if (syslog !== undefined) {
    const { host, port, caFile, certificateFile, keyFile } = syslog;
    const [certificate, key] = [reader(certificateFile), reader(keyFile)];
    const own =
      certificate === undefined || key === undefined ? undefined : () => ({ certificate: certificate(), key: key() });
    return syslogReceiver({ host, port, ca: reader(caFile), own });
  }
  if (otlp !== undefined) {
    const headers = reader(otlp.headersFile);
    return otlpReceiver({
      url: otlp.url,
      headers: headers === undefined ? undefined : () => headersIn(headers()),
      ca: reader(otlp.caFile),
    });
  }
  throw new Error(`receiver ${name} is of no kind`);
}

/** Read for each parcel: whoever replaces a secret does not have to restart. */
function reader(file: string | undefined): (() => string) | undefined {
  return file === undefined ? undefined : () => readFileSync(file, 'utf8');
}

/** Lines of `name: value`. */
function headersIn(text: string): Readonly<Record<string, string>> {
  const lines = text.split('\n').flatMap((line) => {
    const [, name, value] = /^([\w-]+):\s*(.*?)\s*$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name.toLowerCase(), value]];
  });
  return Object.fromEntries(lines);
}
