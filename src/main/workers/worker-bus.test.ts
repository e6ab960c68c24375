import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { type ToParent, type ToWorker, WORKER_LIMITS } from './messages.ts';
import { WorkerBus } from './worker-bus.ts';

/** A worker whose parent is the test. */
function worker() {
  const sent: ToParent[] = [];
  const clock = { ms: 0 };
  let receive = (_: ToWorker) => {};
  let end = () => {};
  const bus = new WorkerBus(
    {
      send: (message, done) => {
        sent.push(message);
        done();
      },
      onMessage: (listener) => {
        receive = listener;
      },
      onEnd: (listener) => {
        end = listener;
      },
    },
    () => clock.ms,
  );
  const last = () => sent.at(-1) as ToParent;
  return { bus, sent, clock, last, receive: (message: ToWorker) => receive(message), end: () => end() };
}

test('what is asked of the others is answered by those that answer', async () => {
  const { bus, last, receive } = worker();
  const asked = bus.ask('refusals', 'dev');
  const { id } = last() as { id: number };
  receive({ kind: 'answers', id, bodies: [['a'], ['b']] });
  assert.deepEqual(await asked, [['a'], ['b']]);
  bus.close();
});

test('T60: changes are heard in order, and so is that one has ended', () => {
  const { bus, receive, sent } = worker();
  const heard: string[] = [];
  bus.feed.listen({ told: (payload) => heard.push(payload), missed: () => heard.push('missed') });
  receive({ kind: 'told', what: 'change', body: 'grant g1' });
  receive({ kind: 'missed' });
  receive({ kind: 'told', what: 'exchange', body: 'other' });
  assert.deepEqual(heard, ['grant g1', 'missed']);
  bus.feed.tell('grant g2');
  assert.deepEqual(sent.at(-1), { kind: 'tell', what: 'change', body: 'grant g2' });
  bus.close();
});

test('the others are heard while a beat has come back of late; a beat that nobody sent says nothing', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { bus, clock, last, receive } = worker();
  clock.ms = 9_000;
  t.mock.timers.tick(1_000);
  const { beat } = last() as { beat: number };
  clock.ms = 20_000;
  assert.equal(bus.feed.isHeard(10_000), false);
  receive({ kind: 'beat', beat: beat + 7 });
  assert.equal(bus.feed.isHeard(10_000), false);
  receive({ kind: 'beat', beat });
  // It says that the way was open when it was sent.
  assert.equal(bus.feed.isHeard(10_000), false);
  assert.equal(bus.feed.isHeard(11_000), true);
  bus.close();
});

test('when the parent has ended nobody is asked, no token is there, nothing is heard, and the worker is told to stop', async () => {
  const { bus, end } = worker();
  const asked = bus.ask('under-way', null);
  const taken = bus.take('dev', 5);
  const stops: string[] = [];
  end();
  bus.obey({ stop: (reason) => stops.push(reason), hurry() {}, look() {} });
  assert.deepEqual(await asked, []);
  assert.equal(await taken, 0);
  assert.equal(await bus.owe('dev', 1, 0), false);
  assert.equal(bus.feed.isHeard(1_000_000), false);
  assert.deepEqual(stops, ['the process that keeps the workers has ended']);
});

test('a parent that hangs is not waited for: nobody has answered, and no token is there; what it says later is nobody’s answer', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  const { bus, sent, receive } = worker();
  const answers: unknown[] = [];
  const asked = [bus.ask('under-way', null), bus.take('dev', 5), bus.owe('dev', 1, 0)];
  const [ask] = sent.filter((message) => message.kind === 'ask');
  for (const each of asked) void each.then((answer) => answers.push(answer));
  t.mock.timers.tick(WORKER_LIMITS.parentAnswerMs - 1);
  await setImmediate();
  assert.deepEqual(answers, []);
  t.mock.timers.tick(1);
  await setImmediate();
  assert.deepEqual(answers, [[], 0, false]);
  receive({ kind: 'answers', id: ask?.id as number, bodies: [['late']] });
  bus.close();
});

test('the parent tells callers apart and does not know them', () => {
  const { bus, last } = worker();
  void bus.take('https://issuer ci:dev', 5);
  assert.doesNotMatch(JSON.stringify(last()), /dev/);
  bus.close();
});
