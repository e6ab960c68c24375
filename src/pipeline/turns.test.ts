import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callerOf } from '../../test/support/operation.ts';
import { FAIR_TURN_LIMITS, Turns } from './turns.ts';

test('callers have their turns one after the other, however many each waits for', async () => {
  const turns = new Turns(() => 0);
  const order: string[] = [];
  const take = async (caller: string) => {
    await turns.next(caller);
    order.push(caller);
  };
  const many = Array.from({ length: 6 }, () => take('many'));
  await Promise.all([...many, take('one'), take('two'), take('two')]);
  assert.deepEqual(order, ['many', 'many', 'one', 'two', 'many', 'two', 'many', 'many', 'many']);
});

test('between two turns others are served', async () => {
  const turns = new Turns(() => 0);
  const order: string[] = [];
  const take = async (name: string) => {
    await turns.next('many');
    order.push(name);
  };
  const all = [take('first'), take('second'), take('third')];
  setImmediate(() => order.push('other'));
  setImmediate(() => setImmediate(() => order.push('another')));
  await Promise.all(all);
  assert.deepEqual(order.slice(0, 3), ['first', 'second', 'other']);
  assert.ok(order.indexOf('another') <= order.indexOf('third') + 1);
});

test('who comes alone waits for nobody', async () => {
  const turns = new Turns(() => 0);
  assert.equal(turns.next('one'), undefined);
  await new Promise(setImmediate);
  assert.equal(turns.next('one'), undefined);
});

test('conditions and masks wait for turns where those of their caller took long lately, and of nobody else', async () => {
  const clock = { ms: 0 };
  const turns = new Turns(() => clock.ms);
  const [dear, other] = [callerOf({ subject: 'dear' }), callerOf({ subject: 'other' })];
  for (let i = 0; i < 2; i++) turns.worked(dear);
  assert.equal(turns.ofConditions(dear), undefined, 'nobody is before it');
  const waits = [turns.ofConditions(dear), turns.ofMasks(dear), turns.ofBody(dear, FAIR_TURN_LIMITS.turnBytesMin)];
  assert.ok(waits.every((wait) => wait instanceof Promise));
  assert.deepEqual(
    [turns.ofConditions(other), turns.ofMasks(other), turns.ofBody(other, 100)],
    Array(3).fill(undefined),
  );
  await Promise.all(waits);
  await turns.next('busy');
  clock.ms = FAIR_TURN_LIMITS.dearForMs;
  assert.equal(turns.ofMasks(dear), undefined, 'it is forgotten');
});

test('who waits too long is refused, and its place is free; a part of a reply waits on', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const turns = new Turns(() => 0);
  const dear = callerOf({ subject: 'dear' });
  for (let i = 0; i < 2; i++) turns.worked(dear);
  turns.next('busy');
  const waits = [turns.ofConditions(dear), turns.ofBody(dear, FAIR_TURN_LIMITS.turnBytesMin), turns.ofMasks(dear)];
  t.mock.timers.tick(FAIR_TURN_LIMITS.turnWaitMaxMs);
  const [conditions, body, masks] = await Promise.allSettled(waits);
  for (const refused of [conditions, body])
    assert.equal(refused?.status === 'rejected' && refused.reason.code, 'TOO_MANY_REQUESTS');
  assert.equal(masks?.status, 'fulfilled');
});

test('where too many wait, those of callers that wait already are refused, and a caller that does not is let in', async () => {
  const turns = new Turns(() => 0, { ...FAIR_TURN_LIMITS, turnsWaitingMax: 3 });
  const body = (subject: string) => turns.ofBody(callerOf({ subject }), FAIR_TURN_LIMITS.turnBytesMin);
  const waits = [body('many'), body('many'), body('many'), body('many')];
  assert.throws(() => body('many'), { code: 'TOO_MANY_REQUESTS', retryAfterSeconds: 1 });
  waits.push(body('one'));
  assert.throws(() => body('one'), { code: 'TOO_MANY_REQUESTS' });
  await Promise.all(waits);
  body('many');
  await body('many');
});

test('a pause of the whole process in the middle of a mask makes no caller dear; what takes long twice in a second does', () => {
  const clock = { ms: 0 };
  const turns = new Turns(() => clock.ms);
  const caller = callerOf({ subject: 'busy' });
  const waits = () => turns.ofMasks(caller) !== undefined;
  turns.next('other');
  for (let i = 0; i < 3; i++) {
    turns.worked(caller);
    assert.equal(waits(), false);
    clock.ms += FAIR_TURN_LIMITS.dearForMs;
  }
  turns.worked(caller);
  clock.ms += FAIR_TURN_LIMITS.dearForMs - 1;
  turns.worked(caller);
  assert.equal(waits(), true);
});
