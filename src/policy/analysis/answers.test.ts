import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ruleLists } from '../../../test/policy/arbitraries.ts';
import { compileRules } from '../../../test/support/compile-rules.ts';
import { fc } from '../../../test/support/property.ts';
import { ruleOf } from '../../../test/support/rule.ts';
import { powerOf } from '../../connectors/kubernetes/powers.ts';
import type { Decision } from '../../model/decision.ts';
import type { Operation } from '../../model/operation.ts';
import { asCreate, isCreateFree, unlessMissing } from '../as-create.ts';
import { decide } from '../decide.ts';
import type { GuardId } from '../guards/guard.ts';
import { GUARD_IDS, GUARDS } from '../guards/table.ts';
import type { Question } from '../question.ts';
import type { Rule } from '../rule.ts';
import type { RuleSet } from '../rule-set.ts';
import { type Answers, answersOf } from './answers.ts';
import { type Box, contains, type Region } from './box.ts';
import { type Catalog, type Space, spaceOf } from './space.ts';
import { universe } from './universe.ts';
import { type Point, witness } from './witness.ts';

const kind = (apiGroup: string, path: string, isNamespaced = true) => {
  const [resource = '', subresource = ''] = path.split('/');
  return { apiGroup, resource, subresource, isNamespaced };
};

const CATALOG: Catalog = {
  kinds: [
    ...['pods', 'pods/exec', 'pods/attach', 'pods/eviction', 'pods/ephemeralcontainers', 'configmaps'].map((path) =>
      kind('', path),
    ),
    ...['nodes', 'nodes/proxy', 'namespaces', 'namespaces/finalize'].map((path) => kind('', path, false)),
    kind('apps', 'deployments'),
    kind('apps', 'deployments/scale'),
  ],
  powerOf,
};

const DIMENSIONS = ['what', 'namespace', 'name', 'subject', 'target', 'issuer', 'kind'];

/** The point that random numbers choose, within a box. */
function pointIn(space: Space, box: Box, randoms: readonly number[]): Point {
  const groups = space.groups.map((group) => `group:${group}`);
  const labels = [...space.labels.keys()].map((key) => `label:${key}`);
  return new Map(
    [...DIMENSIONS, ...groups, ...labels].map((dimension, i) => {
      const set = box.get(dimension) ?? space.full(dimension);
      const classes = [...Array(set.toString(2).length).keys()]
        .map((bit) => 1n << BigInt(bit))
        .filter((bit) => (set & bit) !== 0n);
      return [dimension, classes[(randoms[i % randoms.length] as number) % classes.length] as bigint];
    }),
  );
}

const randoms = fc.array(fc.array(fc.nat(100_000), { minLength: 12, maxLength: 14 }), { minLength: 40, maxLength: 40 });

/** Points that exist, most of them within what rules speak of, since others are hardly ever allowed. */
function pointsOf(
  space: Space,
  { parts, may, always }: Answers,
  lists: readonly (readonly number[])[],
): readonly Point[] {
  const spoken = Object.values(parts).flatMap((list) => list.flatMap(({ region }) => region));
  const regions: Region[] = [[new Map()], always, always, may, spoken].filter((region) => region.length > 0);
  const real = universe(space);
  return lists
    .map(([first = 0, second = 0, ...rest]) => {
      const region = regions[first % regions.length] as Region;
      return pointIn(space, region[second % region.length] as Box, rest);
    })
    .filter((point) => contains(real, point));
}

function assertAgree(
  rules: readonly Rule[],
  answers: Answers,
  space: Space,
  point: Point,
  opened: ReadonlySet<string>,
): string {
  const set = compileRules(rules, { unsafe: opened as ReadonlySet<GuardId> });
  const [isAlways, isMay] = [contains(answers.always, point), contains(answers.may, point)];
  for (const question of questionsAt(space, point)) {
    const effect = effectOf(set, question);
    const told = JSON.stringify({ ...question, operation: { ...question.operation, body: undefined } }, undefined, 1);
    if (isAlways) assert.equal(effect, 'allow', told);
    if (effect === 'allow' && !isSelfService(space, point)) assert.ok(isMay, told);
    if (effect === 'hold') assert.ok(contains(answers.held, point), told);
  }
  assert.ok(isMay || !isAlways);
  return isAlways ? 'always' : isMay ? 'may' : 'never';
}

/** The question of a point, where its object is there and where it is not; a patch is asked about as an apply too. */
function questionsAt(space: Space, point: Point): readonly Question[] {
  const asked = witness(space, point);
  const { operation } = asked;
  const apply: Operation = { ...operation, body: APPLY };
  const operations = operation.isResourceRequest && operation.verb === 'patch' ? [operation, apply] : [operation];
  return operations.flatMap((each) =>
    [null, {}].map((existing) => ({ ...asked, operation: each, facts: { ...asked.facts, existing, result: {} } })),
  );
}

const APPLY = {
  mediaType: 'application/apply-patch+yaml',
  bytes: Buffer.from('{}'),
  object: undefined,
  patch: { type: 'apply' as const, object: {} },
};

/** What the data path answers, which asks about an apply as a create too. */
function effectOf(rules: RuleSet, question: Question): Decision['effect'] {
  const decision = decide(rules, question);
  const create = decision.effect === 'allow' ? asCreate(question.operation) : undefined;
  if (create === undefined) return decision.effect;
  const created = decide(rules, { ...question, operation: create });
  if (isCreateFree(created)) return decision.effect;
  return unlessMissing(decision, created, question.facts.existing).effect;
}

/** What a built-in rule allows is not the rules' doing. */
function isSelfService(space: Space, point: Point): boolean {
  const { operation } = witness(space, point);
  return !operation.isResourceRequest && /^\/(api|apis|openapi|version)/.test(operation.path);
}

/** Rules of which every other has no condition, so that what is always allowed is met. */
function rulesUpTo(max: number): fc.Arbitrary<readonly Rule[]> {
  return ruleLists(max).map((rules) =>
    rules.map((rule, i) => {
      const { when: _w, query: _q, ...plain } = rule;
      return i % 2 === 0 ? plain : rule;
    }),
  );
}

suite('the answers over a space are those of decide at every point', () => {
  test('with guards open, for any rules', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(rulesUpTo(8), randoms, (rules, lists) => {
        const space = spaceOf(rules, CATALOG);
        const answers = answersOf(space, rules, []);
        for (const point of pointsOf(space, answers, lists)) {
          const met = assertAgree(rules, answers, space, point, GUARD_IDS);
          seen.set(met, (seen.get(met) ?? 0) + 1);
        }
      }),
      { numRuns: 100 },
    );
    for (const met of ['always', 'may', 'never']) assert.ok((seen.get(met) ?? 0) > 20, `${met}: ${seen.get(met)}`);
  });

  test('with every guard closed', () => {
    fc.assert(
      fc.property(rulesUpTo(4), randoms, (rules, lists) => {
        const space = spaceOf(rules, CATALOG);
        const answers = answersOf(space, rules, GUARDS);
        for (const point of pointsOf(space, answers, lists)) assertAgree(rules, answers, space, point, new Set());
      }),
      { numRuns: 15 },
    );
  });

  test('without conditions, bodies and guards, what may be is what is', () => {
    const plain = ruleLists(8).map((rules) =>
      rules.map(({ when: _w, query: _q, namespaces, ...rule }) => ({
        ...rule,
        amend: [],
        equivalents: false,
        ...(namespaces === undefined ? {} : { namespaces: namespaces.filter((match) => 'name' in match) }),
        resourceNames: rule.effect === 'allow' ? rule.resourceNames : [],
      })),
    );
    fc.assert(
      fc.property(plain, randoms, (rules, lists) => {
        const space = spaceOf(rules, CATALOG);
        const answers = answersOf(space, rules, []);
        const compiled = compileRules(rules, { unsafe: GUARD_IDS as ReadonlySet<GuardId> });
        for (const point of pointsOf(space, answers, lists)) {
          const asked = questionsAt(space, point);
          const effects = asked.map((question) => effectOf(compiled, question) === 'allow');
          if (isSelfService(space, point)) continue;
          assert.equal(contains(answers.may, point), effects.includes(true), JSON.stringify(witness(space, point)));
          assert.equal(
            contains(answers.always, point),
            !effects.includes(false),
            JSON.stringify(witness(space, point)),
          );
        }
      }),
      { numRuns: 100 },
    );
  });
});

test('nothing is allowed by nothing', () => {
  const space = spaceOf([], CATALOG);
  assert.deepEqual(answersOf(space, [], []).may, []);
});

test('paths are told apart, and the insides of the server are not had by a wildcard', () => {
  const rules = [ruleOf({ verbs: ['get'], nonResourceURLs: ['/healthz', '/api*', '*'] })];
  const space = spaceOf(rules, CATALOG);
  const { may } = answersOf(space, rules, []);
  const isAllowed = (path: string) => {
    const i = space.whats.findIndex((what) => !what.isResource && what.path === path && what.verb === 'get');
    return contains(
      may,
      new Map([
        ['what', 1n << BigInt(i)],
        ['namespace', 1n],
        ['name', 1n],
        ['target', 1n],
        ['subject', 1n],
      ]),
    );
  };
  assert.deepEqual(['/healthz', '/api', '/logs', '/metrics'].map(isAllowed), [true, true, false, false]);
});
