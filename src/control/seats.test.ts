import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callerOf } from '../../test/support/operation.ts';
import { newApproval } from '../approval/new-approval.ts';
import type { Caller } from '../model/caller.ts';
import { DEFAULT_HOLD } from '../model/hold-terms.ts';
import { hangsOnLabels, maySee, partyOf, seatsFilledBy, seatsOf } from './seats.ts';

const HOLD = {
  ...DEFAULT_HOLD,
  rule: 'p/h',
  reason: '',
  approvers: [{ groups: ['leads'] }],
  escalate: [
    { afterMs: 300_000, approvers: [{ groups: ['managers'] }] },
    { afterMs: 600_000, approvers: [{ namespaceLabel: 'owner', groupPrefix: 'team-' }] },
  ],
};

const approval = newApproval({
  id: 'a',
  request: 'r',
  asker: { subject: 'ci:dev', issuer: 'ci', groups: ['managers'], kind: 'autonomous', person: 'p:mo' },
  target: 'demo',
  namespace: 'shop',
  seats: seatsOf([HOLD], { owner: 'shop' }),
  shown: { operation: '', asked: '', risk: 'plain', risks: [], mayDiffer: [], missing: [], reason: '' },
  askedAt: 1_000_000,
  closesAt: 9_000_000,
  claimForMs: 1,
});

const person = (group: string, subject = `p:${group}`) => callerOf({ subject, groups: [group], kind: 'person' });

test('a role for one of several targets of a grant is none for all of them, whichever is named first', () => {
  const role = (targets: readonly string[]) => ({ role: 'approver' as const, callers: [{}], targets });
  const seats = seatsOf([{ ...DEFAULT_HOLD, rule: 'p/h', reason: '' }], null);
  const asked = {
    ...approval,
    seats,
    target: 'dev-a, prod-b',
    namespace: '',
    places: { targets: ['dev-a', 'prod-b'], namespaces: [] },
  };
  const fills = (targets: readonly string[]) => seatsFilledBy(person('x'), [role(targets)], asked, 0).length;
  const sees = (targets: readonly string[]) => maySee(person('x'), [role(targets)], asked, 0);
  for (const targets of [['dev-*'], ['*prod-b'], ['dev-a']])
    assert.deepEqual([fills(targets), sees(targets)], [0, false]);
  assert.deepEqual([fills(['dev-*', 'prod-*']), sees(['*'])], [1, true]);
});

test('who may answer later is seated from then on, and not a moment sooner', () => {
  const rows: readonly (readonly [string, number])[] = [
    ['leads', 0],
    ['managers', 300_000],
    ['team-shop', 600_000],
  ];
  for (const [group, afterMs] of rows) {
    const at = (ms: number) => seatsFilledBy(person(group), [], approval, approval.askedAt + ms);
    assert.deepEqual(at(afterMs), ['p/h'], group);
    assert.equal(maySee(person(group), [], approval, approval.askedAt + afterMs), true);
    if (afterMs === 0) continue;
    assert.deepEqual(at(afterMs - 1), [], group);
    assert.equal(maySee(person(group), [], approval, approval.askedAt + afterMs - 1), false);
  }
});

test('T61, T77: later too nobody answers for themselves, and no machine does', () => {
  const late = approval.askedAt + 900_000;
  assert.equal(maySee(person('managers', 'p:mo'), [], approval, late), false);
  const machine = callerOf({ subject: 'ci:other', groups: ['managers'], kind: 'autonomous' });
  assert.deepEqual(seatsFilledBy(machine, [], approval, late), []);
});

test('T60: whoever acts for somebody sees the questions that they ask, and none of somebody’s own or of another’s', () => {
  const acting = (part: Parameters<typeof callerOf>[0]) => callerOf({ subject: 'p:ada', kind: 'autonomous', ...part });
  const issued = (id: string) => acting({ issued: { id, task: '', targets: ['demo'] } });
  const callers = {
    ada: callerOf({ subject: 'p:ada', kind: 'person' }),
    ...{ one: issued('one'), two: issued('two') },
    ...{ a: acting({ actors: ['a'] }), b: acting({ actors: ['b'] }), behindA: acting({ actors: ['a', 'b'] }) },
  };
  const seenBy = (asker: Caller) =>
    Object.entries(callers).flatMap(([name, caller]) =>
      maySee(caller, [], { ...approval, asker: partyOf(asker) }, 0) ? [name] : [],
    );
  assert.deepEqual(seenBy(callers.ada), ['ada']);
  for (const name of ['one', 'two', 'a', 'b', 'behindA'] as const)
    assert.deepEqual(seenBy(callers[name]), ['ada', name], 'whom it is for sees it too');
});

test('a team of whom only the later seat speaks is read with the question, and one without a label is nobody', () => {
  assert.equal(hangsOnLabels([HOLD]), true);
  assert.equal(hangsOnLabels([{ ...HOLD, escalate: [] }]), false);
  const seats = seatsOf([HOLD], 'unknown');
  const late = approval.askedAt + 900_000;
  assert.deepEqual(seatsFilledBy(person('team-'), [], { ...approval, seats }, late), []);
});

test('a schedule seats whoever is on shift when they answer, on the clock of its zone, and nobody else', () => {
  const shift = (subject: string, fromMinute: number, toMinute: number) => ({
    subjects: [subject],
    times: { windows: [{ days: [0, 1, 2, 3, 4, 5, 6], fromMinute, toMinute, timeZone: 'Europe/Berlin' }] },
  });
  const seats = seatsOf(
    [
      {
        rule: 'p/a',
        reason: '',
        quorum: 1,
        approvers: [shift('p:day', 8 * 60, 20 * 60), shift('p:night', 20 * 60, 8 * 60)],
      },
    ],
    null,
  );
  const asked = { ...approval, seats };
  const at = (hour: number) => Date.UTC(2026, 0, 5, hour);
  const filled = (subject: string, hour: number) =>
    seatsFilledBy(person('x', subject), [], asked, at(hour)).length === 1;
  assert.deepEqual(
    [filled('p:day', 7), filled('p:day', 18), filled('p:day', 19)],
    [true, true, false],
    '8 to 20 in Berlin',
  );
  assert.deepEqual([filled('p:night', 6), filled('p:night', 7), filled('p:night', 23)], [true, false, true]);
});
