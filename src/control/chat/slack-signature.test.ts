import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOfSlack, SLACK_AGE_MS_MAX } from './slack-signature.ts';

/** The vector of Slack's own documentation. */
const SECRET = '8f742231b10e8888abcd99yyyzzz85a5';
const VECTOR = {
  timestamp: '1531420618',
  signature: 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
  body: Buffer.from(
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
  ),
};
const AT = 1_531_420_618_000;

test('a request is Slack’s by the vector of its documents, and for five minutes', () => {
  assert.equal(isOfSlack(SECRET, VECTOR, AT), true);
  assert.equal(isOfSlack(SECRET, VECTOR, AT + SLACK_AGE_MS_MAX), true);
  assert.equal(isOfSlack(SECRET, VECTOR, AT + SLACK_AGE_MS_MAX + 1), false);
  assert.equal(isOfSlack(SECRET, VECTOR, AT - SLACK_AGE_MS_MAX - 1), false);
});

test('another secret, byte, time or form of a signature is not', () => {
  const rows: readonly (readonly [string, typeof VECTOR])[] = [
    ['another', VECTOR],
    ['', VECTOR],
    [SECRET, { ...VECTOR, timestamp: '1531420619' }],
    [SECRET, { ...VECTOR, timestamp: '1531420618.5' }],
    [SECRET, { ...VECTOR, body: Buffer.concat([VECTOR.body, Buffer.from('&')]) }],
    [SECRET, { ...VECTOR, signature: VECTOR.signature.toUpperCase() }],
    [SECRET, { ...VECTOR, signature: VECTOR.signature.slice(0, -1) }],
    [SECRET, { ...VECTOR, signature: '' }],
  ];
  for (const [secret, request] of rows) assert.equal(isOfSlack(secret, request, AT), false);
});
