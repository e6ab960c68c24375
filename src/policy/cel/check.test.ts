import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { checkCel } from './check.ts';
import { VARIABLE_TYPES } from './variable-types.ts';
import { bind, VARIABLES } from './variables.ts';

/** A condition, and what is wrong with it as `offset: message`; none for a right one. */
const CONDITIONS: readonly (readonly [string, ...string[]])[] = [
  ['operation.verb in ["get", "list"] && object.spec.replicas < 5'],
  ['object.spec.containers.all(c, c.image.startsWith("registry/") && has(c.name))'],
  ['now > timestamp("2026-01-01T00:00:00Z") && now.getHours("Europe/Berlin") < 17'],
  ['caller.labels.team == "x" && caller.labels["team"] == "x" && operation["verb"] == "get"'],
  ['size(caller.groups) > 2 || caller.groups.exists_one(g, g == "a")'],
  ['caller.groups.filter(g, g.endsWith("x")).map(g, g.size()) == [1, 2]'],
  ['type(object) == map || object == null'],
  ['quantity(object.x).add(20).isLessThan(quantity("1Gi"))'],
  ['sets.contains(caller.groups, ["a"]) && string(ip("::1")) == "::1"'],
  ['!format.dns1123Label().validate(operation.name).hasValue()'],
  ['1 == 1.0'],
  ['true // a comment that stands last'],
  ['matches(caller.subject, "^bot-") && caller.subject.matches(operation.name)'],
  ['caller.subject.matches("(")', '23: `(` is not a regular expression of RE2'],
  ['caller.subjec == "a"', '6: `caller` has no field `subjec`; it has subject, groups, issuer, kind, labels'],
  ['has(caller.team)', '0: `caller` has no field `team`; it has subject, groups, issuer, kind, labels'],
  ['object.a ==\n  x', '14: `x` is no variable; there are `caller`, `operation`, `object`, `existing`, `now`'],
  [
    'x.y == x.y',
    '0: `x` is no variable; there are `caller`, `operation`, `object`, `existing`, `now`',
    '7: `x` is no variable; there are `caller`, `operation`, `object`, `existing`, `now`',
  ],
  ['caller.groups.exists(g, g.startsWith(3))', '25: `startsWith` does not take `string.(int)`'],
  ['caller.subject', '6: a condition is true or false, and this is of type `string`'],
  ['caller.subject && true', '6: expected true or false, not `string`'],
  ['1 == "a"', '1: `int` is never equal to `string`'],
  ['nope(1)', '0: there is no function `nope`'],
  [
    '"abc".find("a") == "a"',
    '5: there is no function `find`: the linear-time engine tells whether a text matches, not where; use `matches`',
  ],
  ['caller.subject.all(c, true)', '14: `string` is no list or map to loop over'],
  ['caller.groups["a"] == ""', '13: a list has no index of type `string`'],
  ['Pod{} == null', '0: there is no message `Pod`'],
  ['caller.kind ==', '12: not CEL: '],
];

suite('the types of a condition', () => {
  for (const [condition, ...mistakes] of CONDITIONS) {
    test(condition, () => {
      const found = checkCel(condition).map(({ offset, message }) => `${offset}: ${message}`);
      assert.equal(found.length, mistakes.length, found.join('\n'));
      found.forEach((mistake, i) => {
        assert.ok(mistake.startsWith(mistakes[i] as string), mistake);
      });
    });
  }

  test('a condition is bounded in size and in loops within loops', () => {
    assert.match(checkCel(Array(1500).fill('true').join(' && '))[0]?.message ?? '', /at most 2000 parts/);
    const loops = ['a', 'b', 'c', 'd'].reduceRight((inner, name) => `caller.groups.all(${name}, ${inner})`, 'true');
    assert.match(checkCel(loops)[0]?.message ?? '', /at most 3 loops/);
  });
});

test('the checker knows the very fields that a condition is given', () => {
  const question = {
    caller: { subject: '', groups: [], issuer: '', kind: 'person', labels: {}, tokenEndsAt: 0, tokenDigest: '' },
    operation: { query: new Map(), equals: [], options: { isDryRun: false } },
    facts: {},
    nowMs: 0,
  };
  for (const variable of VARIABLES) {
    const type = VARIABLE_TYPES[variable];
    if (type.kind !== 'record') continue;
    const bound = bind(variable, question as never) as { readonly value: ReadonlyMap<string, unknown> };
    assert.deepEqual([...bound.value.keys()], Object.keys(type.fields));
  }
});
