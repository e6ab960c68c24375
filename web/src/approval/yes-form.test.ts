import assert from 'node:assert/strict';
import { test } from 'node:test';
import { questionLike } from './question-like.ts';
import { kindsOf, mistakeOf, PLAIN_YES, type YesForm, yesBody, yesWords } from './yes-form.ts';

const REST = { verbs: ['create', 'patch'], usesMax: 50, forMs: 300_000, earlier: [] };
const shown = questionLike({ shown: { rest: REST } }).shown;
const less = (more: Partial<YesForm>): YesForm => ({ ...PLAIN_YES, kind: 'less', ...more });
const rest = (more: Partial<YesForm>): YesForm => ({ ...PLAIN_YES, kind: 'rest', ...more });
const edit = (what: 'set' | 'remove' | 'label', path: string, value = '') => ({ what, path, value });

const BODIES: readonly (readonly [YesForm, object, readonly string[]])[] = [
  [PLAIN_YES, {}, []],
  [less({ goodFor: ' 2m ' }), { goodFor: '2m' }, ['--good-for', '2m']],
  [less({ isDryRun: true }), { amend: [{ dryRun: true }] }, ['--dry-run']],
  [
    less({
      edits: [edit('set', '/spec/replicas', '2'), edit('set', '/data/a', 'two'), edit('remove', '/spec/paused')],
    }),
    {
      amend: [
        { set: { path: '/spec/replicas', value: 2 } },
        { set: { path: '/data/a', value: 'two' } },
        { remove: { path: '/spec/paused' } },
      ],
    },
    ['--set', '/spec/replicas=2', '--set', '/data/a=two', '--remove', '/spec/paused'],
  ],
  [
    less({ edits: [edit('label', 'team', 'shop')] }),
    { amend: [{ label: { key: 'team', value: 'shop' } }] },
    ['--label', 'team=shop'],
  ],
  [rest({}), { rest: {} }, ['--rest']],
  [rest({ restUses: '3', restFor: '90s' }), { rest: { usesMax: 3, for: '90s' } }, ['--rest', '3', '--rest-for', '90s']],
];

for (const [form, body, words] of BODIES)
  test(`a yes ${JSON.stringify(words.join(' '))} is sent, and said as a command`, () => {
    assert.equal(mistakeOf(form, shown), undefined);
    assert.deepEqual([yesBody(form), yesWords(form)], [body, words]);
  });

for (const form of [
  less({}),
  less({ goodFor: 'soon' }),
  less({ edits: [edit('set', 'spec/replicas', '2')] }),
  less({ edits: [edit('remove', '')] }),
  less({ edits: [edit('label', ' ', 'x')] }),
  less({ edits: [edit('label', 'a', 'x'.repeat(64))] }),
  rest({ restUses: '51' }),
  rest({ restUses: '0' }),
  rest({ restFor: '6m' }),
])
  test(`what is wrong is said before anything is sent: ${JSON.stringify(form)}`, () => {
    assert.notEqual(mistakeOf(form, shown), undefined);
  });

test('less is offered where nobody has said yes yet, the rest where the gateway offers it, and neither of what is signed', () => {
  const [rule] = questionLike().rules;
  const answer = { isSigned: false, answer: 'approve', subject: 's', issuer: 'i', reason: '', at: '' } as const;
  const kinds = (part: Parameters<typeof questionLike>[0]) => kindsOf(questionLike(part)).join(' ');
  assert.equal(kinds({}), 'all less');
  assert.equal(kinds({ shown: { rest: REST } }), 'all less rest');
  assert.equal(kinds({ shown: { rest: REST }, answers: [answer] }), 'all rest');
  assert.equal(kinds({ grant: 'g' }), 'all');
  assert.equal(kinds({ shown: { rest: { ...REST, covers: ['a'] }, planned: [shown] } }), 'all', 'of a plan, all of it');
  assert.equal(
    kinds({ shown: { rest: REST }, rules: [{ ...(rule as NonNullable<typeof rule>), signed: true }] }),
    'all',
  );
});
