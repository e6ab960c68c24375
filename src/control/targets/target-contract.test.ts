import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rootCertificates } from 'node:tls';
import { targetAddSchema } from './target-contract.ts';

const [first, second] = rootCertificates as readonly [string, string];
const KEY = `-----BEGIN PRIVATE KEY-----\n${'A'.repeat(64)}\n-----END PRIVATE KEY-----\n`;
const BROKEN = `-----BEGIN CERTIFICATE-----\n${'A'.repeat(64)}\n-----END CERTIFICATE-----\n`;

const ROWS: readonly (readonly [what: string, ca: string, isTaken: boolean])[] = [
  ['one', first, true],
  ['several', `${first}\n${second}\n`, true],
  ['one in lines of another system', first.replaceAll('\n', '\r\n'), true],
  ['with a private key after it', `${first}\n${KEY}`, false],
  ['with a private key before it', `${KEY}${first}`, false],
  ['with words beside it', `token: abc\n${first}`, false],
  ['with one that cannot be read', `${first}\n${BROKEN}`, false],
  ['none', 'x', false],
];

for (const [what, ca, isTaken] of ROWS)
  test(`an authority is certificates alone: ${what} is ${isTaken ? 'taken' : 'refused'}`, () => {
    const server = { url: 'https://a.example', ca };
    const { success } = targetAddSchema.safeParse({ name: 'a', reason: 'new', server, credential: { token: 't' } });
    assert.equal(success, isTaken);
  });
