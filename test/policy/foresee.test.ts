/*
 * T32: what a review is told is what a request is answered. A request is turned into the review that describes it, and into wider ones that leave its
 * name or namespace open; whatever of them is not incomplete must be what `decide` says of the request itself, body, options, stream and facts included.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite, test } from 'node:test';
import { KNOWN_KINDS } from '../../src/cli/policy/known-kinds.ts';
import { factsOf } from '../../src/cli/policy/question-facts.ts';
import { guardIds, readRules } from '../../src/cli/policy/read-policies.ts';
import { requestsOfWords } from '../../src/cli/policy/request-of-words.ts';
import { splitWords } from '../../src/cli/policy/words.ts';
import { parsePolicyTests } from '../../src/config/policy-test-load.ts';
import type { PolicyCase } from '../../src/config/policy-test-schema.ts';
import { ofWildcard, weakest } from '../../src/connectors/kubernetes/reviews/access-review.ts';
import { askedAbout } from '../../src/connectors/kubernetes/reviews/supposed.ts';
import { readRequest } from '../../src/main/read-request.ts';
import type { Foresight } from '../../src/model/foresight.ts';
import { decide } from '../../src/policy/decide.ts';
import { foresee } from '../../src/policy/foresee.ts';
import type { GuardId } from '../../src/policy/guards/guard.ts';
import { GUARD_IDS, GUARDS } from '../../src/policy/guards/table.ts';
import type { Question } from '../../src/policy/question.ts';
import type { RuleSet } from '../../src/policy/rule-set.ts';
import { compileRules } from '../support/compile-rules.ts';
import { callerOf, operationOf } from '../support/operation.ts';
import { fc } from '../support/property.ts';
import { ALLOW_ALL, ruleOf } from '../support/rule.ts';
import { questions, ruleLists } from './arbitraries.ts';

const scopes = {
  isNamespaced: async (group: string, resource: string) =>
    KNOWN_KINDS.find((kind) => kind.group === group && kind.resource === resource)?.isNamespaced,
};

type Attributes = Readonly<Record<string, string>>;

/** The attributes that the API server's own authorizer would be asked about. */
function attributesOf({ operation }: Question): Attributes {
  const { verb, apiGroup: group, apiVersion: version, resource, subresource, namespace, name, path } = operation;
  return operation.isResourceRequest
    ? { verb, group, version, resource, subresource, namespace, name }
    : { verb, path };
}

/** The review of a request, and wider ones. */
function reviewsOf(question: Question): readonly Attributes[] {
  const own = attributesOf(question);
  if (!question.operation.isResourceRequest) return [own, { ...own, verb: '*' }];
  const all = [
    own,
    { ...own, version: '*' },
    // kubectl says the namespace of its context, also of what is in none.
    { ...own, namespace: own['namespace'] || 'shop' },
  ];
  const isCollection = ['list', 'watch', 'deletecollection'].includes(question.operation.verb);
  if (!isCollection)
    all.push({ ...own, name: '' }, { ...own, namespace: '', name: '' }, { ...own, verb: '*', name: '' });
  return isCollection ? all.filter(({ namespace }) => namespace === own['namespace']) : all;
}

async function foreseen(
  rules: RuleSet,
  { caller, operation, nowMs, grants }: Question,
  attributes: Attributes,
): Promise<Foresight> {
  const kind = attributes['path'] === undefined ? 'resourceAttributes' : 'nonResourceAttributes';
  const asked = await askedAbout(operation.target, { [kind]: attributes }, scopes);
  assert.ok(asked !== undefined);
  const found = weakest(asked.supposed.map((supposed) => foresee(rules, caller, supposed, nowMs, {}, grants)));
  assert.ok(found !== undefined);
  return asked.isWildcard ? ofWildcard(found) : found;
}

/** Throws where a review is told for certain what its request is not answered; counts what was told. */
async function agree(rules: RuleSet, question: Question, seen: Map<string, number>): Promise<void> {
  const decision = decide(rules, question);
  const { effect } = decision;
  for (const [i, attributes] of reviewsOf(question).entries()) {
    const foresight = await foreseen(rules, question, attributes);
    const key = i === 0 ? foresight.effect : `wider ${foresight.effect}`;
    seen.set(key, (seen.get(key) ?? 0) + 1);
    // A no to every verb, or to every name, may be a yes to one; a yes to all is a yes to each.
    const isUniversal = attributes['verb'] === '*' && question.operation.verb !== '*';
    // A review asks about what is done for real.
    const isTried =
      foresight.effect === 'deny' && foresight.rule === 'deletions' && question.operation.options.isDryRun;
    if (isTried || foresight.effect === 'incomplete' || (isUniversal && foresight.effect !== 'allow')) continue;
    // A yes names the guards that look at what is sent.
    const isNamed =
      (foresight.effect === 'allow' || foresight.effect === 'hold') &&
      foresight.unless?.includes(decision.rule) === true;
    if (isNamed && effect === 'deny' && decision.by !== 'rule') continue;
    assert.equal(foresight.effect, effect, JSON.stringify({ attributes, foresight, effect }));
  }
}

function assertSeen(seen: ReadonlyMap<string, number>, effects: readonly string[], min: number): void {
  for (const effect of effects)
    assert.ok((seen.get(effect) ?? 0) >= min, `${effect} is hardly ever met: ${JSON.stringify([...seen])}`);
}

suite('T32: what can-i says is what is enforced', () => {
  test('law: over rules, requests, bodies and facts of few words', async () => {
    const seen = new Map<string, number>();
    const hold = ruleOf({ effect: 'hold', verbs: ['get', 'delete'], apiGroups: ['*'], resources: ['pods', 'nodes'] });
    const bases = fc.constantFrom([], [ALLOW_ALL], [ALLOW_ALL, hold]);
    const opened = fc.constantFrom(new Set<GuardId>(), GUARD_IDS as ReadonlySet<GuardId>);
    await fc.assert(
      fc.asyncProperty(ruleLists(8), bases, questions, opened, async (some, base, question, unsafe) =>
        agree(compileRules([...some, ...base], { unsafe, judgesResult: true, limitsPorts: true }), question, seen),
      ),
      { numRuns: 2500 },
    );
    assertSeen(seen, ['allow', 'deny', 'hold', 'incomplete', 'wider allow', 'wider deny', 'wider incomplete'], 20);
  });

  test('law: over live grants too', async () => {
    const seen = new Map<string, number>();
    const request = ruleOf({ id: 'p/r', effect: 'request', verbs: ['*'], apiGroups: ['*'], resources: ['*'] });
    const parts = fc.record({
      names: fc.constantFrom('own', 'none', 'other'),
      namespaces: fc.constantFrom('own', 'none', 'other'),
      verbs: fc.constantFrom(['get', 'list', 'create', 'patch', 'delete'], ['get']),
    });
    const chosen = (which: string, own: string) => (which === 'none' ? [] : [which === 'own' ? own : 'another']);
    await fc.assert(
      fc.asyncProperty(ruleLists(4), questions, parts, async (some, question, { names, namespaces, verbs }) => {
        const { target, apiGroup, resource, subresource, name, namespace } = question.operation;
        const scope = {
          target,
          verbs,
          apiGroups: [apiGroup],
          resources: [subresource === '' ? resource : `${resource}/${subresource}`],
          resourceNames: chosen(names, name),
          namespaces: chosen(namespaces, namespace),
        };
        const asked = { ...question, grants: [{ grant: 'g', rule: 'p/r', scope }] };
        await agree(compileRules([...some, request], { unsafe: GUARD_IDS as ReadonlySet<GuardId> }), asked, seen);
      }),
      { numRuns: 2500 },
    );
    assertSeen(seen, ['allow', 'deny', 'incomplete', 'wider allow', 'wider deny', 'wider incomplete'], 20);
  });

  test('caught: an answer that takes for absent what a review does not say', async () => {
    const found = await fc.check(
      fc.asyncProperty(ruleLists(8), questions, async (some, question) => {
        const rules = compileRules([...some, ALLOW_ALL], { unsafe: new Set() });
        const asked = await askedAbout('demo', { resourceAttributes: attributesOf(question) }, scopes);
        const operation = asked?.supposed[0]?.operation;
        assert.ok(operation !== undefined);
        assert.equal(decide(rules, { ...question, operation }).effect, decide(rules, question).effect);
      }),
      { numRuns: 4000, endOnFailure: true },
    );
    assert.ok(found.failed);
  });

  test('over the example policies and their cases', async () => {
    const seen = new Map<string, number>();
    const folder = join(import.meta.dirname, '../../examples/policies');
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.test.yaml'))) {
      const path = join(folder, file);
      const parsed = parsePolicyTests(path, readFileSync(path, 'utf8'));
      assert.ok('tests' in parsed);
      for (const { document } of parsed.tests) {
        const rules = compileRules(readRules({ files: document.policies.map((each) => join(dirname(path), each)) }), {
          unsafe: guardIds(document.openGuards),
        });
        for (const each of document.cases) {
          const caller = { ...(each.caller ?? document.caller), tokenEndsAt: 0, tokenDigest: '' } as Question['caller'];
          const nowMs = Date.parse(each.now ?? document.now);
          for (const request of requestsOf(each)) {
            const read = await readRequest(each.target ?? document.target, request);
            if ('refusal' in read) continue;
            await agree(rules, { caller, operation: read.operation, facts: factsOf(each.facts), nowMs }, seen);
          }
        }
      }
    }
    assertSeen(seen, ['allow', 'deny', 'hold', 'incomplete'], 2);
  });

  for (const guard of GUARDS) {
    test(`over what guard \`${guard.id}\` stops and passes`, async () => {
      const rules = compileRules([ALLOW_ALL], { unsafe: new Set() });
      for (const { caller, podDangers, ...example } of [guard.stops, guard.passes]) {
        const read = operationOf(example);
        const operation = example.verb === undefined ? read : { ...read, verb: example.verb };
        const facts = podDangers === undefined ? {} : { pod: { labels: {}, dangers: podDangers } };
        const question = { caller: callerOf({ kind: caller ?? 'autonomous' }), operation, facts, nowMs: 0 };
        await agree(rules, question, new Map());
        const foresight = await foreseen(rules, question, attributesOf(question));
        const isSilent = foresight.effect === 'allow' && !(foresight.unless ?? []).includes(guard.id);
        assert.ok(example !== guard.stops || !isSilent, JSON.stringify(foresight));
      }
    });
  }
});

function requestsOf({ request, runs, run, object }: PolicyCase) {
  if (request !== undefined) return [request];
  return (runs ?? (run === undefined ? [] : [run])).flatMap((words) =>
    requestsOfWords(typeof words === 'string' ? splitWords(words) : words, object),
  );
}
