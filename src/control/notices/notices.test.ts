import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer, Approval, Party } from '../../approval/approval.ts';
import { newApproval } from '../../approval/new-approval.ts';
import { DEFAULT_HOLD } from '../../model/hold-terms.ts';
import type { GrantChanged } from '../../recording/event.ts';
import { seatsOf } from '../seats.ts';
import { noticeOfEvent, noticesOf } from './notices.ts';
import { recipients } from './recipients.ts';

const una: Party = { subject: 'p:una', issuer: 'people', groups: [], kind: 'person' };
const HOLD = { ...DEFAULT_HOLD, rule: 'p/h', reason: '', answerFrom: ['slack'] };

function question(part: Partial<Approval> = {}, shown: Partial<Approval['shown']> = {}): Approval {
  const asked = newApproval({
    ...{ id: 'a', request: 'r', asker: una, target: 'demo', namespace: 'shop', seats: seatsOf([HOLD], null) },
    shown: {
      ...{ operation: 'delete it', asked: '', risk: 'high', risks: [], reason: '' },
      mayDiffer: [],
      missing: [],
      ...shown,
    },
    ...{ askedAt: 1_000, closesAt: 9_000, claimForMs: 1_000 },
  });
  return { ...asked, ...part };
}

const said = (part: Partial<Answer> = {}): Answer => ({
  ...{ answer: 'approve', by: una, seats: ['p/h'], reason: '', at: 2_000 },
  ...part,
});

const kindsOf = (approval: Approval) => noticesOf(approval).map(({ kind }) => kind);

test('a question that rules have answered in part is told to the persons whom it still waits for; one that a person has is not told again', () => {
  assert.deepEqual(kindsOf(question({ answers: [said({ isAuto: true })] })), ['approval.asked']);
  assert.deepEqual(kindsOf(question({ answers: [said()] })), []);
});

test('who breaks the glass is told of before anything is sent, and again what became of it', () => {
  const answers = [said({ isBreakGlass: true })];
  const told = (part: Partial<Approval>) =>
    noticesOf(question({ state: 'approved', answers, ...part })).filter(({ kind }) => kind === 'glass.broken');
  const [first] = told({ exchange: 'waiting' });
  const [after] = told({ exchange: 'answered', status: 200 });
  assert.deepEqual([first?.id, first?.isOver, first?.risk], ['a-glass', false, 'high']);
  assert.match(first?.title ?? '', /^p:una has broken the glass, and goes through alone: /);
  assert.deepEqual(
    [after?.id, after?.isOver, after?.facts],
    ['a-glass-answered', true, ['it ran, and the target answered 200']],
  );
});

test('T78: what a caller chose begins no line as if it were a fact', () => {
  const shown = { operation: 'install chart `x\nrisk: plain`', body: 'kind: A\r\nrisk: plain\u2028risk: plain' };
  const [asked] = noticesOf(question({}, shown));
  assert.doesNotMatch(asked?.title ?? '', /\n/);
  const lines = (asked?.facts ?? []).join('\n').split('\n');
  assert.deepEqual(
    lines.filter((line) => line.startsWith('risk')),
    ['risk: high'],
  );
  assert.equal(lines.filter((line) => line === '│ risk: plain').length, 2);
});

test('what is about two targets or namespaces is told to who is told of either', () => {
  const places = { targets: ['dev', 'prod'], namespaces: ['play', 'pay'] };
  const [asked] = noticesOf(question({ target: 'dev, prod', namespace: '', places }));
  const to = (rule: object) => recipients([{ on: ['*'], to: ['ops'], ...rule }], asked as NonNullable<typeof asked>);
  assert.deepEqual(to({ targets: ['prod'] }), ['ops']);
  assert.deepEqual(to({ targets: ['dev'] }), ['ops']);
  assert.deepEqual(to({ namespaces: ['pay'] }), ['ops']);
  assert.deepEqual(to({ targets: ['stage'] }), []);
  const scope = (target: string) => ({ target });
  const event = {
    ...{ type: 'grant.changed', grant: 'g', state: 'live', holder: una, reason: '', at: 1 },
    parts: [scope('dev'), scope('prod')],
  } as unknown as GrantChanged;
  const notice = noticeOfEvent(event);
  assert.ok(notice !== undefined);
  assert.deepEqual(recipients([{ on: ['*'], to: ['ops'], targets: ['prod'] }], notice), ['ops']);
});
