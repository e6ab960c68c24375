// What each receiver is sent, and when it has taken it. The real programs are in test/oracle/receivers.test.ts.

import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { SendFailure } from '../control/notices/send-failure.ts';
import { signatureOf } from '../control/notices/webhook.ts';
import { makeCa, makeServing } from '../listener/x509.ts';
import { fileReceiver } from './file-receiver.ts';
import { otlpReceiver } from './otlp-receiver.ts';
import type { Parcel } from './receiver.ts';
import { syslogReceiver } from './syslog-receiver.ts';
import { webhookReceiver } from './webhook-receiver.ts';

const PARCEL: Parcel = {
  gateway: 'gw 1',
  format: 'jsonl',
  records: [
    {
      seq: 7,
      at: 1_763_715_000_000,
      type: 'exchange.begun',
      isNotable: false,
      text: '{"seq":7,"n":12345678901234567890}',
    },
    { seq: 8, at: 1_763_715_000_001, type: 'exchange.ended', isNotable: true, text: '{"seq":8,"who":"ü\u2028"}' },
  ],
};
const never = new AbortController().signal;
const folder = mkdtempSync(join(tmpdir(), 'sallyport-receivers-'));
after(() => rmSync(folder, { recursive: true }));

const asked: { headers: Record<string, unknown>; text: string }[] = [];
let answer: readonly [number, string] = [200, '{}'];
const server = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  request.on('end', () => {
    asked.push({ headers: request.headers, text });
    response.writeHead(answer[0]).end(answer[1]);
  });
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
after(() => server.close());
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

test('a webhook is sent the records’ own bytes, signed, under an id that a second try has too', async () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const receiver = webhookReceiver({ url, secret: () => secret, ca: undefined, now: () => 5_000 });
  await receiver.take(PARCEL, never);
  await receiver.take(PARCEL, never);
  const [first, second] = asked.splice(0);
  assert.ok(first?.text.includes(PARCEL.records.map(({ text }) => text).join(',')));
  const { data } = JSON.parse(first?.text ?? '');
  assert.deepEqual([data.gateway, data.format, data.first, data.last, data.records.length], ['gw 1', 'jsonl', 7, 8, 2]);
  const id = first?.headers['webhook-id'] as string;
  assert.equal(first?.headers['webhook-signature'], signatureOf(secret, id, '5', first?.text ?? ''));
  assert.equal(second?.headers['webhook-id'], id);
  answer = [500, 'no'];
  await assert.rejects(receiver.take(PARCEL, never), SendFailure);
  answer = [200, '{}'];
  asked.length = 0;
});

test('a file has a line for each record, and a line that was torn stays by itself', async () => {
  const path = join(folder, 'out.jsonl');
  await fileReceiver(path).take(PARCEL, never);
  appendFileSync(path, '{"torn":');
  await fileReceiver(path).take(PARCEL, never);
  const [a, b] = PARCEL.records.map(({ text }) => text);
  assert.equal(readFileSync(path, 'utf8'), `${a}\n${b}\n{"torn":\n${a}\n${b}\n`);
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('OpenTelemetry is told log records; what it threw away is counted', async () => {
  answer = [200, '{"partialSuccess":{"rejectedLogRecords":"1","errorMessage":"too old"}}'];
  const receiver = otlpReceiver({ url, headers: () => ({ 'x-tenant': 'a' }), ca: undefined });
  assert.deepEqual(await receiver.take(PARCEL, never), { rejected: 1 });
  answer = [200, '{}'];
  const [{ headers, text } = { headers: {}, text: '' }] = asked.splice(0);
  assert.equal(headers['x-tenant'], 'a');
  const [resource] = JSON.parse(text).resourceLogs;
  const [one, two] = resource.scopeLogs[0].logRecords;
  assert.deepEqual(
    [one.timeUnixNano, one.severityNumber, two.severityNumber, one.eventName],
    ['1763715000000000000', 9, 13, 'sallyport.exchange.begun'],
  );
  assert.deepEqual(two.body, {
    kvlistValue: {
      values: [
        { key: 'seq', value: { intValue: '8' } },
        { key: 'who', value: { stringValue: 'ü\u2028' } },
      ],
    },
  });
});

const DAY_MS = 86_400_000;
const validity = { notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + DAY_MS) };
const ca = await makeCa(validity);
const own = await makeServing({ caPem: ca.certPem, caKeyPem: ca.keyPem, names: ['127.0.0.1'], ...validity });
const shown = { key: own.keyPem, cert: own.certPem };

/** A syslog server; `serve` is given each connection. */
async function syslog(serve: (socket: TLSSocket) => void) {
  const tls = createTlsServer({ ...shown, allowHalfOpen: true }, serve);
  await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve));
  const { port } = tls.address() as AddressInfo;
  return {
    receiver: syslogReceiver({ host: '127.0.0.1', port, ca: () => ca.certPem, own: undefined }),
    close: () => tls.close(),
  };
}

test('syslog is sent framed messages of ASCII, and has taken them when it closes behind the last', async () => {
  let text = '';
  const { receiver, close } = await syslog((socket) => {
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('end', () => socket.end());
  });
  await receiver.take(PARCEL, never);
  close();
  const messages: string[] = [];
  for (let rest = text; rest !== ''; ) {
    const [head, digits] = /^(\d+) /.exec(rest) ?? [''];
    assert.ok(digits !== undefined, rest);
    messages.push(rest.slice(head.length, head.length + Number(digits)));
    rest = rest.slice(head.length + Number(digits));
  }
  assert.deepEqual(messages, [
    '<110>1 2025-11-21T08:50:00.000Z gw-1 sallyport - exchange.begun [meta sequenceId="7"] {"seq":7,"n":12345678901234567890}',
    '<108>1 2025-11-21T08:50:00.001Z gw-1 sallyport - exchange.ended [meta sequenceId="8"] {"seq":8,"who":"\\u00fc\\u2028"}',
  ]);
});

test('a syslog server that breaks off, is somebody else, or says nothing has taken nothing', async () => {
  const broken = await syslog((socket) => socket.destroy());
  await assert.rejects(broken.receiver.take(PARCEL, never), SendFailure);
  broken.close();
  const silent = await syslog((socket) => socket.resume());
  const stop = new AbortController();
  const waiting = silent.receiver.take(PARCEL, stop.signal);
  stop.abort();
  await assert.rejects(waiting, /took too long/);
  const stranger = createTlsServer(shown, (socket) => socket.on('data', () => {}).on('end', () => socket.end()));
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  const { port } = stranger.address() as AddressInfo;
  const place = { host: '127.0.0.1', port, ca: undefined, own: undefined };
  await assert.rejects(syslogReceiver(place).take(PARCEL, never), /could not be reached: (SELF_SIGNED|UNABLE)/);
  stranger.close();
  silent.close();
});
