import assert from 'node:assert/strict';
import { test } from 'node:test';
import { upstreamFailure } from './failure.ts';

const TABLE: readonly (readonly [code: string, isSent: boolean, expected: string])[] = [
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', true, 'CREDENTIAL_REFUSED'],
  ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', true, 'CREDENTIAL_REFUSED'],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', true, 'CREDENTIAL_REFUSED'],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', false, 'CREDENTIAL_REFUSED'],
  ['ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR', true, 'OUTCOME_UNKNOWN'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', false, 'UPSTREAM_UNREACHABLE'],
  ['ECONNRESET', true, 'OUTCOME_UNKNOWN'],
];

for (const [code, isSent, expected] of TABLE) {
  test(`${code}, ${isSent ? 'once' : 'before'} the request may have left, is told as ${expected}`, () => {
    assert.equal(upstreamFailure(Object.assign(new Error('x'), { code }), { isSent }).code, expected);
  });
}
