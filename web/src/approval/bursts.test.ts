import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bursts } from './bursts.ts';
import { questionLike } from './question-like.ts';

const remove = (id: string, part: Parameters<typeof questionLike>[0] = {}) =>
  questionLike({ id, ...part, shown: { operation: `delete configmaps \`${id}\`` } });
const ids = (questions: Parameters<typeof bursts>[0]) =>
  bursts(questions).map((burst) => burst.questions.map(({ id }) => id).join(' '));

test('three of one kind are a burst where the first of them stands; two are not', () => {
  const other = questionLike({ id: 'x' });
  assert.deepEqual(ids([remove('a'), other, remove('b'), remove('c')]), ['a b c', 'x']);
  assert.deepEqual(ids([remove('a'), remove('b')]), ['a', 'b']);
  assert.deepEqual(ids([]), []);
});

test('three of one caller to one target are a list too, whatever they ask; what is of one kind stays with its kind', () => {
  const of = (questions: Parameters<typeof bursts>[0]) =>
    bursts(questions).map((burst) => `${burst.of}: ${burst.questions.map(({ id }) => id).join(' ')}`);
  const patch = (id: string) => questionLike({ id, shown: { operation: `patch services \`${id}\`` } });
  assert.deepEqual(of([remove('a'), patch('b'), questionLike({ id: 'x' })]), ['caller: a b x']);
  const kind = [remove('a'), remove('b'), remove('c')];
  assert.deepEqual(of([patch('d'), ...kind, patch('e')]), ['one: d', 'kind: a b c', 'one: e']);
});

test('T78: what covers several requests is answered by itself, where each of them is shown', () => {
  const { shown } = questionLike();
  const rest = { verbs: ['patch'], usesMax: 2, forMs: 60_000, earlier: [], covers: ['patch one', 'patch other'] };
  for (const planned of [[shown, shown], undefined]) {
    const whole = (id: string) =>
      questionLike({ id, shown: { operation: 'do several', rest, ...(planned === undefined ? {} : { planned }) } });
    assert.deepEqual(ids([whole('a'), whole('b'), whole('c')]), ['a', 'b', 'c']);
    assert.deepEqual(ids([remove('a'), whole('x'), remove('b'), remove('c')]), ['a b c', 'x']);
  }
});

test('another caller, place, verb, rule or danger is another kind', () => {
  const asker = { subject: 'ci:other', issuer: 'https://issuer.example', kind: 'autonomous' } as const;
  const rules = [{ rule: 'p/other', reason: '', approvers: [], quorum: 1, missing: 1 }];
  const others = [
    remove('b', { asker }),
    remove('b', { target: 'stage' }),
    remove('b', { namespace: 'other' }),
    remove('b', { rules }),
    questionLike({ id: 'b', shown: { operation: 'patch configmaps `b`' } }),
    questionLike({ id: 'b', shown: { operation: 'delete configmaps `b`', risks: ['x'] } }),
  ];
  for (const other of others)
    assert.ok(
      bursts([remove('a'), other, remove('c')]).every(({ of }) => of !== 'kind'),
      JSON.stringify(other),
    );
});
