import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { Refusal } from '../../model/refusal.ts';
import { REFUSAL_CODES, type RefusalCode } from '../../model/refusal-codes.ts';
import type { ExchangeId } from '../../std/ids.ts';
import { wireFields } from './body/protobuf-wire.ts';
import { refusalReply, type Status, statusOf } from './status.ts';

const ID = '01hzzzzzzzzzzzzzzzzzzzzzzz' as ExchangeId;

const CODES = Object.keys(REFUSAL_CODES) as RefusalCode[];

function replyTo(refusal: Refusal, rawHeaders: readonly string[] = [], method = 'GET') {
  const reply = refusalReply(refusal, { id: ID, method, rawHeaders });
  const headers = new Map<string, string>();
  for (let i = 0; i < reply.headers.length; i += 2)
    headers.set(reply.headers[i] as string, reply.headers[i + 1] as string);
  return { ...reply, headers };
}

const denied = () =>
  new Refusal('DENIED_BY_RULE', '`ada` asks to delete pods `web` in namespace `prod`: production is read-only', {
    rule: 'prod-read-only',
    advice: 'ask for a grant',
    detail: 'never shown',
    cause: new Error('nor this'),
  });

test('a refusal is a Status of one sentence, with causes for programs', () => {
  assert.deepEqual(JSON.parse(Buffer.from(replyTo(denied()).body).toString()), {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message:
      '`ada` asks to delete pods `web` in namespace `prod`: production is read-only (rule `prod-read-only`); ask for a grant',
    reason: 'Forbidden',
    details: {
      causes: [
        { reason: 'SallyportCode', message: 'DENIED_BY_RULE' },
        { reason: 'SallyportRetry', message: 'never' },
        { reason: 'SallyportRule', message: 'prod-read-only' },
        { reason: 'SallyportAdvice', message: 'ask for a grant' },
        { reason: 'SallyportExchange', message: ID },
      ],
    },
    code: 403,
  });
});

test('every code has a reply whose status, code and cause agree', () => {
  for (const code of CODES) {
    const reply = replyTo(new Refusal(code, 'no'));
    const status = JSON.parse(Buffer.from(reply.body).toString()) as Status;
    assert.equal(status.code, REFUSAL_CODES[code].status);
    assert.equal(reply.status, status.code);
    assert.deepEqual(status.details.causes[0], { reason: 'SallyportCode', message: code });
    assert.equal(reply.headers.get('content-length'), String(reply.body.length));
    assert.equal(reply.headers.get('cache-control'), 'no-cache, private');
    assert.equal(reply.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(reply.headers.get('content-security-policy'), 'sandbox');
    if (code !== 'CALLER_GONE') assert.notEqual(status.reason, '', code);
  }
});

test('Retry-After is sent only where the same request may pass later, since client-go repeats a 5xx that has it', () => {
  for (const code of CODES) {
    const reply = replyTo(new Refusal(code, 'no', { retryAfterSeconds: 0.2 }));
    const isLater = REFUSAL_CODES[code].retry === 'later';
    assert.equal(reply.headers.get('retry-after'), isLater ? '1' : undefined, code);
    const { details } = JSON.parse(Buffer.from(reply.body).toString()) as Status;
    assert.equal(details.retryAfterSeconds, isLater ? 1 : undefined, code);
  }
});

test('a 401 names the scheme, and whether the token was there', () => {
  assert.equal(replyTo(new Refusal('TOKEN_MISSING', 'no')).headers.get('www-authenticate'), 'Bearer');
  assert.equal(
    replyTo(new Refusal('TOKEN_EXPIRED', 'no')).headers.get('www-authenticate'),
    'Bearer error="invalid_token"',
  );
  assert.equal(replyTo(denied()).headers.has('www-authenticate'), false);
});

test('the encoding is JSON but for a client that accepts none', () => {
  const protobuf = 'application/vnd.kubernetes.protobuf';
  const table: readonly [accept: string | undefined, contentType: string][] = [
    [undefined, 'application/json'],
    ['*/*', 'application/json'],
    ['application/json;as=Table;v=v1;g=meta.k8s.io,application/json', 'application/json'],
    ['application/vnd.kubernetes.protobuf,application/json', 'application/json'],
    ['application/vnd.kubernetes.protobuf', protobuf],
    ['Application/vnd.Kubernetes.protobuf;stream=watch', protobuf],
    ['application/vnd.kubernetes.protobuf, application/json;q=0', protobuf],
    ['application/vnd.kubernetes.protobuf;q=0', 'application/json'],
    ['application/cbor', 'application/json'],
    ['text/html', 'application/json'],
    ['application/yaml', 'application/yaml'],
    ['application/yaml, application/json', 'application/json'],
    ['application/yaml;q=0', 'application/json'],
    ['application/yaml, application/vnd.kubernetes.protobuf', protobuf],
  ];
  for (const [accept, contentType] of table) {
    const reply = replyTo(denied(), accept === undefined ? [] : ['Accept', accept]);
    assert.equal(reply.headers.get('content-type'), contentType, String(accept));
  }
});

test('a Status in YAML is the one in JSON, to a reader of YAML', () => {
  const { body } = replyTo(denied(), ['accept', 'application/yaml']);
  assert.deepEqual(parse(Buffer.from(body).toString()), statusOf(denied(), ID));
});

test('a Status in protobuf has the fields of the one in JSON', () => {
  const { body } = replyTo(denied(), ['accept', 'application/vnd.kubernetes.protobuf']);
  const status = statusOf(denied(), ID);
  assert.equal(Buffer.from(body.subarray(0, 4)).toString('latin1'), 'k8s\0');
  const envelope = read(body.subarray(4));
  assert.deepEqual(texts(envelope.get(1)?.[0]), ['v1', 'Status']);
  const message = read(envelope.get(2)?.[0] ?? new Uint8Array(0));
  assert.equal(text(message.get(3)?.[0]), status.message);
  assert.equal(text(message.get(4)?.[0]), 'Forbidden');
  const causes = read(message.get(5)?.[0] ?? new Uint8Array(0)).get(4) ?? [];
  assert.deepEqual(
    causes.map(texts),
    status.details.causes.map(({ reason, message }) => [reason, message]),
  );
});

test('a HEAD has the headers of its GET and no body', () => {
  const head = replyTo(denied(), [], 'HEAD');
  assert.equal(head.body.length, 0);
  assert.deepEqual(head.headers, replyTo(denied()).headers);
});

test('T54: what a terminal would obey never reaches it', () => {
  const refusal = new Refusal('DENIED_BY_RULE', 'red \u001b[31m and \u009b31m', {
    advice: 'left \u202e\r\nright \ud800',
  });
  const { message } = statusOf(refusal, ID);
  assert.equal(message, 'red ?[31m and ?31m; left ???right \ufffd');
});

test('nothing of detail and cause is told', () => {
  assert.doesNotMatch(Buffer.from(replyTo(denied()).body).toString(), /never shown|nor this/);
});

function read(bytes: Uint8Array): Map<number, Uint8Array[]> {
  const fields = new Map<number, Uint8Array[]>();
  for (const field of wireFields(bytes)) fields.set(field.number, [...(fields.get(field.number) ?? []), field.bytes]);
  return fields;
}

function texts(bytes: Uint8Array | undefined): string[] {
  return [...read(bytes ?? new Uint8Array(0)).values()].map(([first]) => text(first));
}

function text(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? new Uint8Array(0)).toString();
}
