import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { celEnv, parse, plan } from '@bufbuild/cel';
import { guardPolicy } from './guard-policy.ts';

interface Policy {
  readonly spec: {
    readonly failurePolicy: string;
    readonly matchConditions: readonly [{ readonly expression: string }];
    readonly validations: readonly [{ readonly expression: string }];
  };
}

const [policy] = guardPolicy({ name: 'guard', target: 'prod', users: ['ci', 'a"b'], groups: ['callers'] }) as readonly [
  Policy,
];
const { matchConditions, validations } = policy.spec;
const compiled = (expression: string) => plan(celEnv(), parse(expression));
const [isGuarded, isMarked] = [compiled(matchConditions[0].expression), compiled(validations[0].expression)];

/** What becomes of a request of this user. */
function outcome(userInfo: object): string {
  const request = { request: { userInfo } } as unknown as Parameters<typeof isGuarded>[0];
  const guarded = isGuarded(request);
  if (guarded !== true) return guarded === false ? 'not looked at' : String(guarded);
  const marked = isMarked(request);
  return marked === true ? 'admitted' : marked === false ? 'refused' : String(marked);
}

const via = (...targets: string[]) => ({ extra: { 'sallyport.dev/via': targets } });

describe('the admission policy', () => {
  const rows: readonly [what: string, userInfo: object, outcome: string][] = [
    [
      'T85: a controller, which has no extras',
      { username: 'system:serviceaccount:kube-system:x', groups: ['system:authenticated'] },
      'not looked at',
    ],
    ['T85: a user without groups', { username: 'admin' }, 'not looked at'],
    ['T85: a user with nothing at all', {}, 'not looked at'],
    ['a caller by name, by itself', { username: 'ci' }, 'refused'],
    ['a caller whose name has a quotation mark', { username: 'a"b', groups: [] }, 'refused'],
    ['a caller by group, by itself', { username: 'bot', groups: ['x', 'callers'] }, 'refused'],
    ['a caller with extras of another kind', { username: 'ci', extra: { scopes: ['a'] } }, 'refused'],
    ['a caller through the gateway', { username: 'ci', groups: ['callers'], ...via('prod') }, 'admitted'],
    ['a caller through the gateway, to another target', { username: 'ci', ...via('other') }, 'refused'],
    ['a marker without values', { username: 'ci', ...via() }, 'refused'],
  ];
  for (const [what, userInfo, expected] of rows) test(what, () => assert.equal(outcome(userInfo), expected));

  test('what cannot be told is refused', () => assert.equal(policy.spec.failurePolicy, 'Fail'));
});
