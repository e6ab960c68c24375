import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Planned, PlannedAnswer } from '../../model/planned.ts';
import type { PlanReply } from './plan-reply.ts';
import { PlannedWorld } from './planned-world.ts';

const MAPS = '/api/v1/namespaces/shop/configmaps';

const planned = (verb: string, path: string, answer?: PlannedAnswer, part: Partial<Planned> = {}): Planned => ({
  operation: `${verb} ${path}`,
  verb,
  apiGroup: '',
  resource: 'configmaps',
  subresource: '',
  namespace: 'shop',
  name: verb === 'create' ? '' : (path.split('/').at(-1) as string),
  path,
  isDryRun: false,
  isRead: false,
  rule: 'p/r',
  holds: [],
  shown: { risks: [], missing: [] },
  ...(answer === undefined ? {} : { answer }),
  ...part,
});

const sent = (method: string, uri: string, body: unknown = '', contentType = 'application/json') => ({
  method,
  uri,
  contentType,
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
});

const read = (reply: PlanReply) => JSON.parse(reply.body.toString('utf8'));
const map = (name: string) => ({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { name } });
const stored = (name: string, isNew = true): PlannedAnswer => ({ kind: 'stored', object: map(name), isNew });
const rejected = (status: number): PlannedAnswer => ({ kind: 'rejected', status, reason: 'r', message: 'no' });

test('what was deleted is not there any more, by its path and by its name, and can be made anew; what waits for it ends', () => {
  const world = new PlannedWorld();
  const path = `${MAPS}/settings`;
  assert.equal(world.read(sent('GET', path)), undefined);
  const { reply, outcome } = world.answer(planned('delete', path, { kind: 'gone' }), sent('DELETE', path));
  assert.deepEqual([reply.status, read(reply).details.uid, outcome], [200, 'planned', 'done']);
  assert.equal(world.read(sent('GET', path))?.reply.status, 404);
  const named = `${MAPS}?fieldSelector=metadata.name%3Dsettings`;
  assert.deepEqual(read(world.read(sent('GET', named))?.reply as PlanReply).items, []);
  assert.match(world.read(sent('GET', `${named}&watch=true`))?.waits ?? '', /wait for/);
  assert.equal(world.read(sent('GET', MAPS)), undefined, 'a list is the target’s own');
  const again = world.answer(planned('create', MAPS, rejected(409)), sent('POST', MAPS, map('settings')));
  assert.deepEqual([again.reply.status, again.outcome], [201, 'untried']);
  assert.equal(world.read(sent('GET', path))?.reply.status, 200);
});

test('what was made is shown a few times, written into, and deleted; whoever looks without end is told so', () => {
  const world = new PlannedWorld();
  const path = `${MAPS}/made`;
  world.answer(planned('create', MAPS, stored('made')), sent('POST', MAPS, map('made')));
  const update = world.answer(planned('update', path, rejected(404)), sent('PUT', path, map('made')));
  assert.deepEqual([update.reply.status, update.outcome], [200, 'untried']);
  for (let looks = 0; looks < 5; looks++) assert.equal(world.read(sent('GET', path))?.waits, undefined);
  const last = world.read(sent('GET', path));
  assert.deepEqual([last?.reply.status, last?.waits === undefined], [403, false]);
  const gone = world.answer(planned('delete', path, { kind: 'absent' }), sent('DELETE', path));
  assert.deepEqual([gone.reply.status, gone.outcome], [200, 'untried']);
  const twice = world.answer(planned('delete', path, { kind: 'absent' }), sent('DELETE', path));
  assert.equal(twice.reply.status, 404);
});

test('an object in a namespace of the plan is taken as it was sent, in whatever encoding; in another it is rejected', () => {
  const world = new PlannedWorld();
  const spaces = '/api/v1/namespaces';
  world.answer(planned('create', spaces, stored('shop'), { namespace: '' }), sent('POST', spaces, map('shop')));
  const made = world.answer(planned('create', MAPS, rejected(404)), sent('POST', MAPS, map('a')));
  assert.deepEqual([made.outcome, read(made.reply).metadata.name], ['untried', 'a']);
  const bytes = sent('POST', MAPS, 'k8s\0binary', 'application/vnd.kubernetes.protobuf');
  const packed = world.answer(planned('create', MAPS, rejected(404)), bytes);
  assert.deepEqual([packed.outcome, packed.reply.contentType], ['untried', 'application/vnd.kubernetes.protobuf']);
  const other = planned('create', '/api/v1/namespaces/x/configmaps', rejected(404), { namespace: 'x' });
  assert.deepEqual(world.answer(other, bytes).outcome, 'rejected');
  assert.equal(world.answer(planned('create', MAPS, rejected(403)), bytes).outcome, 'rejected', 'only what is missing');
});

test('a program that the plan makes is taken to have run, by its name and in lists; what was deleted is in none', () => {
  const world = new PlannedWorld();
  const jobs = '/apis/batch/v1/namespaces/shop/jobs';
  const job = { kind: 'Job', apiVersion: 'batch/v1', metadata: { name: 'hook' } };
  assert.equal(world.changes(jobs), false);
  world.answer(planned('create', jobs, { kind: 'stored', object: job, isNew: true }), sent('POST', jobs, job));
  const named = `${jobs}?fieldSelector=metadata.name%3Dhook`;
  for (let looks = 0; looks < 9; looks++) {
    const { reply, ends, waits } = world.read(sent('GET', named)) ?? assert.fail('it is planned');
    assert.deepEqual([read(reply).items[0].status.succeeded, waits], [1, undefined]);
    assert.match(ends ?? '', /taken to succeed/);
  }
  const event = read(world.read(sent('GET', `${named}&watch=true`))?.reply as PlanReply);
  assert.deepEqual([event.type, event.object.status.conditions[0].type], ['ADDED', 'Complete']);
  assert.equal(world.changes(`${jobs}?limit=5`), true);
  world.answer(planned('delete', `${jobs}/old`, { kind: 'gone' }), sent('DELETE', `${jobs}/old`));
  const list = { kind: 'JobList', items: [{ metadata: { name: 'old' } }, { metadata: { name: 'other' } }] };
  const { items } = world.listed(jobs, list) as unknown as { items: { metadata: { name: string } }[] };
  assert.deepEqual(
    items.map(({ metadata }) => metadata.name),
    ['other', 'hook'],
  );
  assert.equal(world.changes('/apis/batch/v1/namespaces/other/jobs'), false);
});

test('a dry run, a subresource and a change of what is there make and delete nothing; an eviction deletes its pod', () => {
  const world = new PlannedWorld();
  world.answer(planned('create', MAPS, stored('dry'), { isDryRun: true }), sent('POST', MAPS, map('dry')));
  assert.equal(world.read(sent('GET', `${MAPS}/dry`)), undefined);
  world.answer(planned('patch', `${MAPS}/a`, stored('a', false)), sent('PATCH', `${MAPS}/a`, {}));
  assert.equal(world.read(sent('GET', `${MAPS}/a`)), undefined);
  const pod = '/api/v1/namespaces/shop/pods/web';
  const eviction = planned('create', `${pod}/eviction`, { kind: 'gone' }, { subresource: 'eviction', name: 'web' });
  assert.equal(world.answer(eviction, sent('POST', `${pod}/eviction`, {})).reply.status, 201);
  assert.equal(world.read(sent('GET', pod))?.reply.status, 404);
});

test('what cannot be foreseen is refused in words', () => {
  const shown = { risks: [], missing: ['what it would change: there is no dry run of it'] };
  const { reply, outcome } = new PlannedWorld().answer(
    planned('create', '/x/exec', undefined, { shown }),
    sent('POST', '/x'),
  );
  assert.equal(outcome, 'unknown');
  assert.deepEqual([reply.status, read(reply).reason], [403, 'Forbidden']);
  assert.match(
    read(reply).message,
    /cannot foresee what comes of: create \/x\/exec \(what it would change: .*\); it was not sent/,
  );
});
