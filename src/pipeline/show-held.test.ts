import assert from 'node:assert/strict';
import { test } from 'node:test';
import { patternMasks, testMasking } from '../../test/support/masking.ts';
import { callerOf, operationOf } from '../../test/support/operation.ts';
import type { Asking } from '../connectors/connector.ts';
import { MaskRules } from '../masking/rules/mask-rules.ts';
import { showHeld } from './show-held.ts';

/** What a person is shown of a request that asks for `uri`. */
function shownOf(uri: string, rules = new MaskRules()): string {
  const held = {
    caller: callerOf(),
    request: { id: 'x', method: 'GET' },
    operation: operationOf({ method: 'GET', uri }),
    decision: { effect: 'hold', holds: [{}] },
  } as unknown as Parameters<typeof showHeld>[1];
  return JSON.stringify(showHeld(testMasking(rules), held, { mayDiffer: [] } as unknown as Asking));
}

const PROXY = '/api/v1/namespaces/shop/services/web/proxy';

const token = ['ghp', '16C7e42F292c6912E7710c838347Ae178B4a'].join('_');

for (const [path, value] of [
  ['/login?user=a&password=c0rrect-h0rse', 'c0rrect-h0rse'],
  ['/login?next=/&api_key=c0rrect-h0rse', 'c0rrect-h0rse'],
  [`/hooks/${token}/push`, token.slice(4)],
] as const)
  test(`T55: a person is asked about ${path.replace(value, '…')} without its value`, () => {
    const shown = shownOf(PROXY + path);
    assert.ok(!shown.includes(value), shown);
    assert.match(shown, /proxy\/.*[=_]masked-by-sallyport-/);
  });

test('T55: a person is shown words of a command without what a mask of policy knows', () => {
  const uri = '/api/v1/namespaces/a/pods/web/exec?command=login&command=blue-123456&stdout=1';
  const shown = shownOf(uri, patternMasks('blue-[0-9]{6}'));
  assert.match(shown, /"argv":\["login","masked-by-sallyport-own"\]/);
  assert.doesNotMatch(shown, /123456/);
});

test('T55: what is asked is told to a person, and in notices, without what is known in a path or a name', () => {
  assert.ok(!shownOf(`/hooks/${token}/push`).includes(token.slice(4)));
  const shown = shownOf('/api/v1/namespaces/a/pods/of-blue-123456', patternMasks('blue-[0-9]{6}'));
  assert.match(shown, /"operation":"get pods `of-masked-by-sallyport-own` in namespace `a`"/);
  assert.doesNotMatch(shown, /123456/);
});
