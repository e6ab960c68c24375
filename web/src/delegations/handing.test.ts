import assert from 'node:assert/strict';
import { test } from 'node:test';
import { handedBody, handingCommand, mistakesOfHanding, NOTHING_HANDED } from './handing.ts';

const WHOLE = { to: ' p:max ', issuer: '', length: '3d', rules: ['prod/a'], reason: 'on leave' };

test('what is missing is said by field; seven days are the most', () => {
  assert.deepEqual(Object.keys(mistakesOfHanding(NOTHING_HANDED)), ['to', 'reason']);
  for (const length of ['', 'soon', '8d', '169h'])
    assert.deepEqual(Object.keys(mistakesOfHanding({ ...WHOLE, length })), ['length']);
  for (const length of ['7d', '168h', '90s']) assert.deepEqual(mistakesOfHanding({ ...WHOLE, length }), {});
});

test('what is sent and what the command says are the same', () => {
  assert.deepEqual(handedBody(WHOLE), { to: { subject: 'p:max' }, for: '3d', rules: ['prod/a'], reason: 'on leave' });
  assert.deepEqual(handedBody({ ...WHOLE, issuer: 'okta', rules: [] }).to, { subject: 'p:max', issuer: 'okta' });
  assert.equal(
    handingCommand({ ...WHOLE, issuer: 'okta' }),
    "sallyport approvals delegate --to p:max --issuer okta --for 3d --rule prod/a --reason 'on leave'",
  );
});
