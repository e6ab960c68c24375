import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../test/support/property.ts';
import {
  type Approval,
  answered,
  attended,
  concluded,
  current,
  givenBack,
  isSamePerson,
  left,
  missing,
  type Party,
  previewed,
  type Saying,
  SILENT_MS_MAX,
  taken,
} from './approval.ts';

const party = (subject: string, part: Partial<Party> = {}): Party => ({
  subject,
  issuer: 'people',
  groups: [],
  kind: 'person',
  ...part,
});

function pending(part: Partial<Approval> = {}): Approval {
  return {
    id: 'a',
    state: 'pending',
    exchange: 'waiting',
    request: 'r',
    digest: 'd',
    asker: party('ci:dev', { kind: 'autonomous', person: 'dana' }),
    target: 'demo',
    namespace: 'shop',
    seats: [{ rule: 'p/a', reason: '', approvers: [], quorum: 1 }],
    shown: { operation: '', asked: '', risk: 'plain', risks: [], mayDiffer: [], missing: [], reason: '' },
    answers: [],
    askedAt: 0,
    closesAt: 10_000,
    claimForMs: 5_000,
    attendedUntil: 10_000,
    attendedBy: 'x0',
    ...part,
  };
}

const says = (subject: string, answer: Saying['answer'] = 'approve', part: Partial<Saying> = {}): Saying => ({
  answer,
  by: party(subject),
  seats: ['p/a'],
  reason: '',
  digest: 'd',
  ...part,
});

function must(approval: Approval | string | undefined): Approval {
  assert.ok(typeof approval === 'object', String(approval));
  return approval;
}

test('T61: nobody answers their own question, nor as another identity of theirs', () => {
  for (const by of [
    party('ci:dev'),
    party('ci:dev', { issuer: 'other' }),
    party('dana'),
    party('p:dana', { person: 'dana' }),
  ])
    assert.equal(answered(pending(), says('', 'approve', { by }), 1), 'own');
  assert.equal(
    answered(pending({ asker: party('p:lea') }), says('', 'approve', { by: party('x', { person: 'p:lea' }) }), 1),
    'own',
  );
  const acting = pending({ asker: party('p:shared', { kind: 'autonomous', actors: ['p:bot', 'p:lea'] }) });
  assert.equal(answered(acting, says('p:lea'), 1), 'own', 'who acts in the name of another');
  assert.equal(must(answered(acting, says('p:max'), 1)).state, 'approved');
  assert.equal(must(answered(pending(), says('p:lea'), 1)).state, 'approved');
});

test('T77: a machine is never seated, whatever a rule says', () => {
  const by = party('ci:bot', { kind: 'autonomous', person: 'lea' });
  for (const answer of ['approve', 'reject'] as const)
    assert.equal(answered(pending(), says('', answer, { by }), 1), 'machine');
});

test('T76: an answer to what was shown before it changed is not taken', () => {
  assert.equal(answered(pending(), says('p:lea', 'approve', { digest: 'other' }), 1), 'changed');
});

test('T78: nobody says yes while what it would do is looked up, and what is found is another question', () => {
  const looking = pending({ lookingUntil: 3_000 });
  assert.equal(answered(looking, says('p:lea'), 2_999), 'looking');
  assert.equal(must(answered(looking, says('p:lea', 'reject'), 1)).state, 'rejected', 'a no needs no look');
  assert.equal(must(answered(looking, says('p:lea'), 3_000)).state, 'approved', 'it is not waited for without end');
  const looked = previewed(looking, { risks: ['deletes 3 pods'], missing: [], losses: [] }, 2_000);
  assert.deepEqual([looked.shown.risks, looked.shown.risk], [['deletes 3 pods'], 'raised']);
  assert.notEqual(looked.digest, looking.digest);
  assert.equal(answered(looked, says('p:lea'), 2_001), 'changed', 'T76: of what was shown before');
  assert.equal(must(answered(looked, says('p:lea', 'approve', { digest: looked.digest }), 2_001)).state, 'approved');
});

test('T76: what is found late changes nothing that somebody has answered, or that is closed', () => {
  const nothing = { risks: [], missing: [] };
  const two = pending({ lookingUntil: 3_000, seats: [{ rule: 'p/a', reason: '', approvers: [], quorum: 2 }] });
  const half = must(answered(two, says('p:lea'), 3_000));
  assert.equal(previewed(half, nothing, 3_001), half);
  const closed = must(answered(pending({ lookingUntil: 3_000 }), says('p:lea', 'reject'), 1));
  assert.equal(previewed(closed, nothing, 2), closed);
});

test('who has no seat is not heard, and seats of other rules are none', () => {
  assert.equal(answered(pending(), says('p:lea', 'approve', { seats: [] }), 1), 'not-seated');
  assert.equal(answered(pending(), says('p:lea', 'approve', { seats: ['p/b'] }), 1), 'not-seated');
});

test('a quorum takes so many persons, not so many identities; one no ends it', () => {
  const two = pending({ seats: [{ rule: 'p/a', reason: '', approvers: [], quorum: 2 }] });
  const one = must(answered(two, says('p:lea', 'approve', { by: party('p:lea', { person: 'lea' }) }), 1));
  assert.equal(one.state, 'pending');
  assert.deepEqual(missing(one), [{ rule: 'p/a', yeses: 1 }]);
  assert.equal(answered(one, says('', 'approve', { by: party('q:lea', { person: 'lea' }) }), 2), 'twice');
  assert.equal(must(answered(one, says('p:max'), 2)).state, 'approved');
  const no = must(answered(one, says('p:max', 'reject', { reason: 'not now' }), 2));
  assert.deepEqual([no.state, no.exchange, no.answers.length], ['rejected', 'gone', 2]);
});

test('every rule that holds it has its own seats, and all are filled', () => {
  const seats = ['p/a', 'p/b'].map((rule) => ({ rule, reason: '', approvers: [], quorum: 1 }));
  const half = must(answered(pending({ seats }), says('p:lea'), 1));
  assert.equal(half.state, 'pending');
  assert.equal(must(answered(half, says('p:max', 'approve', { seats: ['p/b'] }), 2)).state, 'approved');
  assert.equal(
    must(answered(pending({ seats }), says('p:lea', 'approve', { seats: ['p/a', 'p/b'] }), 1)).state,
    'approved',
  );
});

test('T59: a late answer does nothing, and a yes is good for its time alone', () => {
  assert.equal(answered(pending(), says('p:lea'), 10_000), 'closed');
  assert.equal(answered(pending({ attendedUntil: 3_000 }), says('p:lea'), 3_000), 'closed');
  const yes = must(answered(pending(), says('p:lea'), 1_000));
  assert.equal(taken(yes, 'x', 6_000), undefined);
  assert.equal(current(yes, 6_000).exchange, 'gone');
  assert.equal(must(taken(yes, 'x', 5_999)).usedBy, 'x');
});

test('two identities of which nothing says that they are one person are two', () => {
  assert.equal(isSamePerson(party('a'), party('b')), false);
  assert.equal(isSamePerson(party('a', { person: 'x' }), party('b', { person: 'y' })), false);
});

test('a yes fills a signed seat by a signature that was verified for it, and nothing without one; a no needs none', () => {
  const seat = { rule: 'p/a', reason: '', approvers: [], quorum: 1, signed: 'enrolled' } as const;
  const signed = pending({ seats: [seat] });
  const proof = { id: 'k', clientDataJSON: '', authenticatorData: '', signature: '', nonce: '', expiresAt: 0 };
  assert.equal(answered(signed, says('p:lea'), 1), 'unsigned');
  assert.equal(answered(signed, says('p:lea', 'approve', { proof }), 1), 'unsigned');
  assert.equal(answered(signed, says('p:lea', 'approve', { proof, signedFor: ['p/b'] }), 1), 'unsigned');
  assert.equal(answered(signed, says('p:lea', 'approve', { signedFor: ['p/a'] }), 1), 'unsigned');
  const yes = must(answered(signed, says('p:lea', 'approve', { proof, signedFor: ['p/a'] }), 1));
  assert.deepEqual([yes.state, yes.answers[0]?.proof, yes.answers[0]?.shown], ['approved', proof, 'd']);
  assert.equal(must(answered(signed, says('p:lea', 'reject'), 1)).state, 'rejected');

  const two = pending({ seats: [seat, { rule: 'p/b', reason: '', approvers: [], quorum: 1 }] });
  const both = { seats: ['p/a', 'p/b'] };
  assert.equal(answered(two, says('p:lea', 'approve', both), 1), 'unsigned', 'nobody is asked twice');
  const half = must(answered(two, says('p:lea', 'approve', { ...both, proof, signedFor: [] }), 1));
  assert.deepEqual(missing(half), [{ rule: 'p/a', yeses: 1 }]);
  const twice = answered(
    { ...signed, seats: [{ ...seat, quorum: 2 }] },
    says('p:lea', 'approve', { proof, signedFor: ['p/a'] }),
    1,
  );
  assert.equal(answered(must(twice), says('p:lea', 'approve', { proof, signedFor: ['p/a'] }), 2), 'twice');
  const own = says('p:x', 'approve', { by: party('p:x', { person: 'dana' }), proof, signedFor: ['p/a'] });
  assert.equal(answered(signed, own, 1), 'own', 'a signature makes nobody another');
  const yesTo = (more: Partial<Saying>) =>
    answered(signed, says('p:lea', 'approve', { proof, signedFor: ['p/a'], ...more }), 1);
  assert.equal(yesTo({ narrowed: { goodForMs: 1_000 } as NonNullable<Saying['narrowed']> }), 'narrow');
  assert.equal(yesTo({ rest: { usesMax: 1, forMs: 1_000 } }), 'rest', 'it is of one request');
});

const edits = { words: ['becomes a dry run: nothing is stored'], closed: 'closed' };

test('a yes to less of a request is none to the rest of its command, which would run whole', () => {
  const shown = { ...pending().shown, rest: { verbs: ['patch'], usesMax: 9, forMs: 9_000, earlier: [] } };
  const rest = { usesMax: 2, forMs: 1_000 };
  const yes = (more: Partial<Saying>) => answered(pending({ shown }), says('p:lea', 'approve', more), 1);
  assert.equal(yes({ rest, narrowed: { edits } }), 'narrow-rest');
  assert.equal(yes({ rest, narrowed: { goodForMs: 1_000 } }), 'narrow-rest');
  assert.equal(must(yes({ rest })).rest?.usesMax, 2);
  assert.equal(must(yes({ narrowed: { edits } })).rest, undefined);
});

type Step =
  | { readonly kind: 'say'; readonly who: string; readonly answer: Saying['answer'] }
  | { readonly kind: 'take' | 'back' | 'leave' | 'attend' | 'end'; readonly by: string }
  | { readonly kind: 'wait'; readonly ms: number };

const by = fc.constantFrom('x0', 'x1', 'x2');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('say' as const),
    who: fc.constantFrom('p:lea', 'p:max', 'ci:dev', 'dana'),
    answer: fc.constantFrom('approve' as const, 'approve' as const, 'reject' as const),
  }),
  fc.record({
    kind: fc.constantFrom(
      'take' as const,
      'take' as const,
      'back' as const,
      'leave' as const,
      'attend' as const,
      'end' as const,
    ),
    by,
  }),
  fc.record({
    kind: fc.constant('wait' as const),
    ms: fc.integer({ min: 1, max: SILENT_MS_MAX / 2 }).map((ms) => (ms % 3 === 0 ? ms : ms % 4_000)),
  }),
);

test('T59, T61, T75: an approval’s life, against a model: one final state, never taken after its end, never by its requester’s yes, never twice', () => {
  const quorums = fc.integer({ min: 1, max: 2 });
  fc.assert(
    fc.property(quorums, fc.array(step, { maxLength: 40 }), (quorum, steps) => {
      let approval = pending({ seats: [{ rule: 'p/a', reason: '', approvers: [], quorum }] });
      let nowMs = 1;
      let final: Approval['state'] | undefined;
      /** Who may be running it: at most one at a time, and none after one has. */
      let running: string | undefined;
      let ran = false;
      const yeses = new Set<string>();
      for (const each of steps) {
        if (each.kind === 'wait') nowMs += each.ms;
        approval = current(approval, nowMs);
        if (each.kind === 'say') {
          const isOpen = approval.state === 'pending';
          const next = answered(approval, says(each.who, each.answer), nowMs);
          if (typeof next === 'string') continue;
          assert.ok(isOpen && each.who.startsWith('p:'));
          if (each.answer === 'approve') yeses.add(each.who);
          approval = next;
        } else if (each.kind === 'take') {
          const next = taken(approval, each.by, nowMs);
          if (next === undefined) continue;
          assert.ok(running === undefined && !ran, 'taken twice');
          assert.ok(yeses.size >= quorum && nowMs < (approval.goodUntil ?? 0));
          running = each.by;
          approval = next;
        } else if (each.kind === 'back') {
          const next = givenBack(approval, each.by);
          if (next === approval) continue;
          assert.equal(running, each.by);
          running = undefined;
          approval = next;
        } else if (each.kind === 'end') {
          const next = concluded(approval, each.by, 200);
          if (next === approval) continue;
          assert.equal(running, each.by);
          ran = true;
          approval = next;
        } else if (each.kind === 'attend')
          approval = attended(approval, each.by, Math.min(nowMs + 2_000, approval.closesAt));
        else if (each.kind === 'leave') approval = left(approval, each.by, nowMs);
        if (approval.exchange === 'unknown') ran = true;
        if (final !== undefined) assert.equal(approval.state, final, 'a final state changed');
        else if (approval.state !== 'pending') final = approval.state;
        if (approval.state === 'approved') assert.ok(yeses.size >= quorum);
        else assert.equal(running, undefined);
      }
    }),
    { numRuns: 3_000 },
  );
});
