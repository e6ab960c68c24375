import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { JsonObject, Operation } from '../../model/operation.ts';
import type { Question } from '../question.ts';
import { BROKEN, missing, NO, YES } from '../truth.ts';
import { compileCel } from './compile.ts';

function question(
  object: JsonObject | undefined,
  part: Partial<Question> = {},
  changed: Partial<Operation> = {},
): Question {
  const operation = {
    isResourceRequest: true,
    verb: 'create',
    name: 'web',
    namespace: 'shop',
    equals: [],
    query: new Map([['limit', ['5']]]),
    options: { isDryRun: false },
    body: object === undefined ? undefined : { mediaType: '', bytes: Buffer.from('x'), object, patch: undefined },
    ...changed,
  } as unknown as Operation;
  const caller = {
    subject: 'bot',
    groups: ['ci'],
    issuer: 'demo',
    kind: 'autonomous',
    labels: { team: 'a' },
    tokenEndsAt: 0,
    tokenDigest: '',
  } as const;
  return { caller, operation, facts: {}, nowMs: Date.parse('2026-03-02T09:30:00Z'), ...part };
}

const POD: JsonObject = {
  metadata: { name: 'web', labels: { constructor: 'x', __proto__x: 'y', level: '' } },
  spec: { replicas: 3, weight: 0.5, memory: '512Mi', containers: [{ name: 'a', image: 'r/a:1' }] },
};

/** What a condition comes to on one object. */
const OUTCOMES: readonly (readonly [string, number])[] = [
  ['object.spec.replicas == 3 && object.spec.replicas + 1 == 4', YES],
  ['object.spec.weight * 2.0 == 1.0', YES],
  ['object.spec.containers.all(c, c.image.startsWith("r/"))', YES],
  ['object.spec.containers.exists(c, c.name == "b")', NO],
  ['object.metadata.labels.constructor == "x"', YES],
  ['has(object.metadata.annotations)', NO],
  ['object.metadata.annotations.x == "y"', BROKEN],
  ['object.spec.replicas > "a"', BROKEN],
  ['int(object.metadata.labels.level) < 3', BROKEN],
  ['double(object.metadata.labels.level) < 3.0', BROKEN],
  ['double(object.metadata.name) != 3.0', BROKEN],
  ['object.spec.replicas', BROKEN],
  ['"ci" in caller.groups && caller.labels.team == "a" && caller.kind == "autonomous"', YES],
  ['operation.query["limit"][0] == "5" && operation.namespace == "shop"', YES],
  ['now == timestamp("2026-03-02T09:30:00Z") && now.getHours("Europe/Berlin") == 10', YES],
  ['now.getDayOfWeek("UTC") == 1', YES],
  ['existing == null', missing('existing')],
  ['quantity(object.spec.memory).isLessThan(quantity("1Gi"))', YES],
  ['object.metadata.name.matches("^(w+)+e(b)*$")', YES],
];

suite('a condition on a question', () => {
  for (const [condition, truth] of OUTCOMES)
    test(condition, () => assert.equal(compileCel(condition)(question(POD)), truth));

  test('`existing` is null without a name, and where there is none', () => {
    const isNew = compileCel('existing == null');
    assert.equal(isNew(question(POD, {}, { name: '' })), YES);
    assert.equal(isNew(question(POD, { facts: { existing: null } })), YES);
    assert.equal(isNew(question(POD, { facts: { existing: POD } })), NO);
    assert.equal(isNew(question(POD, { facts: { existing: 'unknown' } })), missing('existing'));
  });

  test('`object` is the result of a patch, and null on a delete whatever its body', () => {
    const condition = compileCel('object != null && object.spec.replicas == 3');
    const patch = {
      body: {
        mediaType: '',
        bytes: Buffer.from('x'),
        object: undefined,
        patch: { type: 'merge', object: {} },
      },
    } as const;
    assert.equal(condition(question(undefined, {}, patch)), missing('result'));
    assert.equal(condition(question(undefined, { facts: { result: POD } }, patch)), YES);
    assert.equal(compileCel('object == null')(question({ kind: 'DeleteOptions' }, {}, { verb: 'delete' })), YES);
  });

  test('a body that cannot be read breaks a condition on `object`', () => {
    const body = { mediaType: '', bytes: Buffer.from('x'), object: undefined, patch: undefined };
    assert.equal(compileCel('object == null')(question(undefined, {}, { body })), BROKEN);
  });

  test('a field that is null is what the API server stores of it: none, or in a map of texts the empty one', () => {
    const sent = {
      metadata: { name: 'web', labels: { frozen: null, tier: 'a' }, annotations: null },
      spec: { serviceAccountName: null, replicas: null, securityContext: null, containers: [{ image: null }, null] },
      data: { key: null },
    };
    const rows: readonly (readonly [string, number])[] = [
      // What a default would be put in place of is not told apart from it by sending null.
      ['object.spec.serviceAccountName != "default"', BROKEN],
      ['object.spec.serviceAccountName == null', BROKEN],
      ['object.spec.replicas == 1', BROKEN],
      ['object.spec["replicas"] != 1', BROKEN],
      ['!has(object.spec.securityContext.privileged)', BROKEN],
      ['object.spec.containers.exists(c, c.image == null)', BROKEN],
      ['object.spec.containers.all(c, c.image != "bad")', BROKEN],
      ['has(object.spec.replicas) || "replicas" in object.spec || object.spec.exists(k, k == "replicas")', NO],
      ['has(object.metadata.annotations)', NO],
      ['size(object.spec) == 1', YES],
      ['object.spec.containers.all(c, !has(c.image))', YES],
      ['"frozen" in object.metadata.labels && has(object.metadata.labels.frozen)', YES],
      ['object.metadata.labels.frozen == "" && object.data.key == ""', YES],
      ['object.metadata.labels == {"frozen": "", "tier": "a"}', YES],
    ];
    for (const [condition, truth] of rows) assert.equal(compileCel(condition)(question(sent)), truth, condition);
    const there = question(POD, { facts: { existing: { spec: { a: null } } } });
    assert.equal(compileCel('has(existing.spec.a) || "a" in existing.spec')(there), NO);
  });

  test('a whole number that JavaScript reads only nearly breaks off, and is not compared', () => {
    assert.equal(compileCel('object.n == 9007199254740992')(question({ n: 2 ** 53 })), BROKEN);
    assert.equal(
      compileCel('object.n == 9007199254740991 && object.x > 1e300')(question({ n: 2 ** 53 - 1, x: 1e301 })),
      YES,
    );
  });

  test('the parts of an instant do not hang on the time zone of the machine', () => {
    const zone = process.env.TZ;
    process.env.TZ = 'Europe/Berlin';
    try {
      const spring = question(POD, { nowMs: Date.parse('2020-03-29T02:30:00Z') });
      assert.equal(compileCel('now.getHours() == 2 && now.getHours("Europe/Berlin") == 4')(spring), YES);
      const summer = question(POD, { nowMs: Date.parse('2020-07-01T00:30:00Z') });
      assert.equal(compileCel('now.getDayOfYear() == 182 && now.getDayOfYear("-01:00") == 181')(summer), YES);
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });

  test('lists, values and turns are bounded: what goes over breaks off, soon', () => {
    const long = (length: number) => ({ items: Array.from({ length }, (_, i) => i) });
    assert.equal(compileCel('object.items.all(i, i >= 0)')(question(long(10_000))), YES);
    assert.equal(compileCel('object.items.all(i, i >= 0)')(question(long(10_001))), BROKEN);
    assert.equal(compileCel('object.items.all(i, object.items.all(j, i + j >= 0))')(question(long(1000))), BROKEN);
    assert.equal(compileCel('sets.equivalent(object.items, object.items)')(question(long(10_000))), YES);
    const pairs = { items: Array.from({ length: 1000 }, (_, i) => [i]) };
    assert.equal(compileCel('sets.equivalent(object.items, object.items)')(question(pairs)), BROKEN);
    assert.equal(compileCel('object.items.all(i, object.items.indexOf(i) >= 0)')(question(long(1000))), BROKEN);
    assert.equal(compileCel('object.text.split("") != []')(question({ text: 'x'.repeat(10_001) })), BROKEN);
    const same = {
      items: Array.from({ length: 10_000 }, () => 'a'),
      rows: [Array.from({ length: 10_000 }, () => 'a')],
    };
    for (const looping of [
      'object.items.all(i, object.items.exists(j, i == j))',
      'object.items.all(i, object.items == object.items)',
      'object.items.all(i, object.rows != [])',
      'object.items.all(i, !("b" in object.items))',
      'object.items.all(i, object.items.join() != "")',
      'object.items.all(i, "%s".format([object.items]) != "")',
    ])
      assert.equal(compileCel(looping)(question(same)), BROKEN, looping);
    assert.equal(compileCel('object.items == object.items && !("b" in object.items)')(question(same)), YES);
    const few = { items: Array.from({ length: 1000 }, () => 'a') };
    assert.equal(compileCel('object.items.all(i, object.items.exists(j, i == j))')(question(few)), YES);
    const square = { text: 'x'.repeat(20_000) };
    assert.equal(compileCel('object.text.replace("", object.text) != ""')(question(square)), BROKEN);
    const text = { items: [1, 2, 3], text: 'x'.repeat(100_000_000) };
    assert.equal(compileCel('object.items.all(i, object.text.contains("y") == false)')(question(text)), BROKEN);
  });
});
