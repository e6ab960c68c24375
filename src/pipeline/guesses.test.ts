import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testMasking } from '../../test/support/masking.ts';
import { callerOf, operationOf } from '../../test/support/operation.ts';
import { MaskRules } from '../masking/rules/mask-rules.ts';
import type { JsonValue } from '../model/operation.ts';
import type { Permit } from '../model/permit.ts';
import { GUESS_LIMITS, Guesses } from './guesses.ts';
import { withinGuesses } from './within-guesses.ts';

const object = (name: string) => operationOf({ method: 'PATCH', uri: `/api/v1/namespaces/shop/configmaps/${name}` });

test('different values count, by caller and object, for an hour; the same values count once', async () => {
  let nowMs = 0;
  const guesses = new Guesses(3, { monotonic: () => nowMs });
  const [dev, other] = [callerOf({ subject: 'dev' }), callerOf({ subject: 'other' })];
  const isOver = async (caller: typeof dev, name: string, digest: string) =>
    (await guesses.take(caller, object(name), digest)).isOver;
  for (let time = 0; time < 100; time++) assert.equal(await isOver(dev, 'a', 'same'), false);
  const tried: boolean[] = [];
  for (const digest of ['x', 'y', 'z', 'w']) tried.push(await isOver(dev, 'a', digest));
  assert.deepEqual(tried, [false, false, true, true]);
  assert.equal(await isOver(dev, 'a', 'same'), false);
  assert.equal(await isOver(dev, 'b', 'z'), false);
  assert.equal(await isOver(other, 'a', 'z'), false);
  nowMs = GUESS_LIMITS.guessesForMs - 1;
  assert.deepEqual(await guesses.take(dev, object('a'), 'z'), { isOver: true, isFirstOver: false, leftMs: 1 });
  nowMs++;
  assert.equal(await isOver(dev, 'a', 'z'), false);
});

test('the first that is refused is told once', async () => {
  const guesses = new Guesses(1, { monotonic: () => 0 });
  const dev = callerOf({});
  const told: boolean[] = [];
  for (const digest of ['a', 'b', 'c']) told.push((await guesses.take(dev, object('a'), digest)).isFirstOver);
  assert.deepEqual(told, [false, true, false]);
});

test('writes to many objects do not make the gateway forget what was tried at one; what is kept is bounded', async () => {
  const guesses = new Guesses(3, { monotonic: () => 0 });
  const dev = callerOf({});
  for (const digest of ['a', 'b', 'c']) await guesses.take(dev, object('victim'), digest);
  for (let n = 0; n < GUESS_LIMITS.guessedObjectsMax + 500; n++)
    await guesses.take(dev, { ...object('x'), name: `x${n}` }, 'a');
  assert.ok((await guesses.take(dev, object('victim'), 'd')).isOver);
});

test('T73: of 10,000 candidates for a value of a Secret, 60 pass in an hour, whatever body carries them; masks and other fields do not count', async () => {
  const masking = testMasking(new MaskRules());
  const told: unknown[] = [];
  const events = { ...masking.events, guessed: (event: unknown) => told.push(event) };
  const secret = operationOf({ method: 'PATCH', uri: '/api/v1/namespaces/shop/secrets/db' });
  const passes = async (patch: unknown) => {
    const body = { mediaType: '', bytes: Buffer.alloc(0), object: undefined, patch };
    const permit = { caller: callerOf({}), decision: {}, request: { id: 'x' }, operation: { ...secret, body } };
    try {
      await withinGuesses({ ...masking, events }, permit as unknown as Permit);
      return true;
    } catch {
      return false;
    }
  };
  const bodies: readonly ((value: string) => unknown)[] = [
    (value) => ({ type: 'merge', object: { data: { pin: value } } }),
    (value) => ({ type: 'apply', object: { kind: 'Secret', stringData: { pin: value } } }),
    (value) => ({ type: 'json', operations: [{ op: 'replace', path: '/data/pin', value }] as JsonValue[] }),
    (value) => ({
      type: 'json',
      operations: [{ op: 'add', path: '', value: { data: { pin: value } } }] as JsonValue[],
    }),
  ];
  let passed = 0;
  for (let n = 0; n < 10_000; n++) {
    const body = (bodies[n % bodies.length] as (typeof bodies)[number])(Buffer.from(`pin-${n}`).toString('base64'));
    if (await passes(body)) passed++;
    if (n % 100 === 0) assert.ok(await passes({ type: 'merge', object: { metadata: { labels: { n: String(n) } } } }));
  }
  assert.equal(passed, 60);
  assert.equal(told.length, 1);
  const mask = Buffer.from(`masked-by-sallyport-${'a'.repeat(20)}`).toString('base64');
  assert.ok(await passes({ type: 'merge', object: { data: { pin: mask } } }));
});

test('T73: a variable’s value in a JSON patch counts, though the name that tells stands outside of it', async () => {
  const masking = testMasking(new MaskRules());
  const pod = operationOf({ method: 'PATCH', uri: '/apis/apps/v1/namespaces/shop/deployments/web' });
  const write = (n: number) => {
    const operations = [{ op: 'replace', path: '/spec/template/spec/containers/0/env/0/value', value: `v${n}` }];
    const body = { mediaType: '', bytes: Buffer.alloc(0), object: undefined, patch: { type: 'json', operations } };
    const permit = { caller: callerOf({}), decision: {}, request: { id: 'x' }, operation: { ...pod, body } };
    return withinGuesses(masking, permit as unknown as Permit);
  };
  for (let n = 0; n < 60; n++) await write(n);
  await assert.rejects(write(60), /has written 60 different values into places that are masked for it/);
});
