/* T32: a list of rules never says more than is enforced. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { KNOWN_KINDS } from '../../src/cli/policy/known-kinds.ts';
import { REVIEW_LIMITS } from '../../src/connectors/kubernetes/reviews/reviews.ts';
import { rulesStatus } from '../../src/connectors/kubernetes/reviews/rules-review.ts';
import type { OwnReach } from '../../src/connectors/kubernetes/upstream/own-reach.ts';
import type { Caller } from '../../src/model/caller.ts';
import type { Permission } from '../../src/model/foresight.ts';
import type { JsonObject } from '../../src/model/operation.ts';
import { decide } from '../../src/policy/decide.ts';
import { foresee } from '../../src/policy/foresee.ts';
import type { GuardId } from '../../src/policy/guards/guard.ts';
import { GUARD_IDS } from '../../src/policy/guards/table.ts';
import { permissions } from '../../src/policy/permissions.ts';
import { matchesRbac, type RbacRule } from '../../src/policy/rbac.ts';
import type { Rule } from '../../src/policy/rule.ts';
import type { RuleSet } from '../../src/policy/rule-set.ts';
import { compileRules } from '../support/compile-rules.ts';
import { callerOf } from '../support/operation.ts';
import { fc } from '../support/property.ts';
import { ALLOW_ALL, ruleOf } from '../support/rule.ts';
import { questions, ruleLists } from './arbitraries.ts';

const scopes = {
  isNamespaced: async (group: string, resource: string) =>
    KNOWN_KINDS.find((kind) => kind.group === group && kind.resource === resource)?.isNamespaced,
};

const EVERYTHING = {
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
};

function statusOf(
  set: RuleSet,
  caller: Caller,
  namespace: string,
  cluster: JsonObject = EVERYTHING,
  reach?: OwnReach,
): Promise<JsonObject> {
  const place = { target: 'demo', namespace, nowMs: 0 };
  return rulesStatus(cluster, {
    ...place,
    permissions: permissions(set, caller, place),
    foresee: (supposed) => foresee(set, caller, supposed, 0),
    scopes,
    reach,
  });
}

/** The rules of the list, without those that are a wildcard still. */
function listed(status: JsonObject): readonly RbacRule[] {
  const rules = status['resourceRules'] as object as readonly RbacRule[];
  return rules.filter(
    ({ apiGroups = [], resources = [] }) => ![...apiGroups, ...resources].some((each) => each.includes('*')),
  );
}

/** The list in lines: `GROUP/RESOURCE NAME: VERBS`. */
async function lines(
  rules: readonly Rule[],
  cluster: JsonObject = EVERYTHING,
  unsafe = GUARD_IDS,
): Promise<readonly string[]> {
  const set = compileRules(rules, { unsafe: unsafe as ReadonlySet<GuardId> });
  const status = await statusOf(set, callerOf(), 'shop', cluster);
  return (status['resourceRules'] as object as readonly RbacRule[])
    .map(({ verbs, apiGroups, resources, resourceNames = [] }) =>
      [`${apiGroups}/${resources}`, ...resourceNames].join(' ').concat(`: ${[...verbs].sort()}`),
    )
    .filter((line) => !line.includes('/selfsubject'))
    .sort();
}

const pods = { apiGroups: [''], resources: ['pods'] };

suite('T32: the rules that a review lists', () => {
  test('law: what the list covers is allowed', async () => {
    let covered = 0;
    const opened = fc.constantFrom(new Set<GuardId>(), GUARD_IDS as ReadonlySet<GuardId>);
    const wide = ruleOf({
      verbs: ['*'],
      apiGroups: [''],
      resources: ['pods', 'pods/exec', 'pods/eviction', 'nodes', 'namespaces'],
    });
    const bases = fc.constantFrom([], [wide], [ALLOW_ALL]);
    await fc.assert(
      fc.asyncProperty(ruleLists(8), bases, questions, opened, async (some, base, question, unsafe) => {
        const { caller, operation } = question;
        const isEverywhere = operation.name === '' && operation.namespace === '' && operation.resource === 'pods';
        fc.pre(!isEverywhere);
        const set = compileRules([...some, ...base], { unsafe });
        const status = await statusOf(set, caller, operation.namespace || 'shop');
        // A namespace is read as in itself, and the list is of one namespace.
        if (!listed(status).some((rule) => matchesRbac(rule, { ...operation, power: undefined }, 'named'))) return;
        covered += 1;
        const decision = decide(set, question);
        const isTold = String(status['evaluationError']).includes(`\`${decision.rule}\``);
        if (decision.effect === 'deny' && decision.by !== 'rule' && decision.by !== 'silence' && isTold) return;
        assert.equal(decision.effect, 'allow', JSON.stringify(status));
      }),
      { numRuns: 2000 },
    );
    assert.ok(covered > 100, `hardly ever met: ${covered}`);
  });

  test('what both say, each verb of a wildcard by itself', async () => {
    const rule = ruleOf({ ...pods, verbs: ['*'] });
    const held = ruleOf({ ...pods, effect: 'hold', verbs: ['delete'], equivalents: false });
    assert.deepEqual(await lines([rule, held]), ['/pods: create,deletecollection,get,list,patch,update,watch']);
    const cluster = { resourceRules: [{ verbs: ['get', 'use'], apiGroups: ['', 'apps'], resources: ['*'] }] };
    assert.deepEqual(await lines([rule, held], cluster), ['/pods: get,use']);
  });

  test('names are kept, and those of both alone', async () => {
    const rule = ruleOf({ ...pods, verbs: ['get'], resourceNames: ['web', 'db'] });
    const denied = ruleOf({ ...pods, effect: 'deny', verbs: ['get'], resourceNames: ['db'] });
    assert.deepEqual(await lines([rule]), ['/pods db: get', '/pods web: get']);
    assert.deepEqual(await lines([rule, denied]), ['/pods web: get']);
    const cluster = { resourceRules: [{ ...pods, verbs: ['get'], resourceNames: ['db', 'other'] }] };
    assert.deepEqual(await lines([rule], cluster), ['/pods db: get']);
  });

  test('a power is listed where it is named, never by a wildcard', async () => {
    assert.deepEqual(await lines([ruleOf({ powers: ['exec'] })]), ['/pods/exec: create,get']);
    const cluster = { resourceRules: [{ verbs: ['*'], apiGroups: [''], resources: ['pods/exec', 'pods/log'] }] };
    const wild = ruleOf({ verbs: ['get', 'create'], apiGroups: ['*'], resources: ['*'] });
    assert.deepEqual(await lines([wild], cluster), ['/pods/log: create,get']);
  });

  test('what a guard closes, and what the target does not have, is not listed', async () => {
    const rule = ruleOf({
      verbs: ['delete'],
      apiGroups: ['', 'apps'],
      resources: ['persistentvolumes', 'deployments', 'configmaps'],
    });
    assert.deepEqual(await lines([rule], EVERYTHING, new Set()), ['/configmaps: delete', 'apps/deployments: delete']);
  });

  test('a list beyond the bound says so', async () => {
    const names = Array.from({ length: REVIEW_LIMITS.combinationsMax + 7 }, (_, i) => `n${i}`);
    const set = compileRules([ruleOf({ ...pods, verbs: ['get'], resourceNames: names })], { unsafe: new Set() });
    const { resourceRules, evaluationError } = await statusOf(set, callerOf(), 'shop');
    assert.ok((resourceRules as readonly unknown[]).length <= REVIEW_LIMITS.combinationsMax);
    assert.match(String(evaluationError), /left out: what is beyond a limit of the gateway/);
  });

  test('so does one that would take too many comparisons', async () => {
    const rule = ruleOf({ verbs: ['get'], apiGroups: ['example.com'], resources: [...'abcdefghij'] });
    const row = {
      verbs: ['get'],
      apiGroups: ['example.org'],
      resources: Array.from({ length: 200 }, (_, i) => `r${i}`),
    };
    const set = compileRules([rule], { unsafe: new Set() });
    const few = { resourceRules: Array.from({ length: 10 }, () => row) };
    const many = { resourceRules: Array.from({ length: 200 }, () => row) };
    assert.doesNotMatch(String((await statusOf(set, callerOf(), 'shop', few))['evaluationError']), /beyond a limit/);
    assert.match(String((await statusOf(set, callerOf(), 'shop', many))['evaluationError']), /beyond a limit/);
  });

  test('T67: of what both say, only what the gateway itself may do in the caller’s name', async () => {
    const set = compileRules([ruleOf({ ...ALLOW_ALL, apiGroups: [''], resources: ['pods', 'configmaps'] })], {
      unsafe: GUARD_IDS as ReadonlySet<GuardId>,
    });
    const own = (verbs: readonly string[], resources: readonly string[]) => ({
      resources: [{ verbs, apiGroups: [''], resources, resourceNames: [] }],
      paths: [{ verbs: ['get'], urls: ['/version'] }],
    });
    const listOf = async (reach: OwnReach) => {
      const status = await statusOf(set, callerOf(), 'shop', EVERYTHING, reach);
      assert.match(String(status['evaluationError']), /left out: what the gateway itself may not do in your name/);
      const paths = (status['nonResourceRules'] as object as { nonResourceURLs: string[] }[]).flatMap(
        ({ nonResourceURLs }) => nonResourceURLs,
      );
      assert.deepEqual(
        paths.filter((each) => each !== '/version'),
        [],
      );
      return listed(status)
        .map(({ verbs, resources }) => `${resources}: ${[...verbs].sort()}`)
        .filter((line) => !line.includes('/')); // powers, of which the rule names all
    };
    assert.deepEqual(await listOf(own(['get', 'list'], ['pods'])), ['pods: get,list']);
    assert.deepEqual(await listOf(own(['get'], ['*'])), ['pods: get', 'configmaps: get']);
    assert.deepEqual(await listOf({ resources: [], paths: [] }), []);
  });

  test('rules of other callers, targets, hours and namespaces are not of this list', () => {
    const place = { target: 'demo', namespace: 'shop', nowMs: 1000 };
    const idsOf = (part: Partial<Rule>): readonly string[] => {
      const set = compileRules([ruleOf({ ...pods, id: 'p/r', verbs: ['get'], ...part })], { unsafe: new Set() });
      const found: readonly Permission[] = permissions(set, callerOf({ groups: ['g'] }), place);
      return found.map(({ rule }) => rule).filter((id) => !id.startsWith('builtin:'));
    };
    assert.deepEqual(idsOf({}), ['p/r']);
    assert.deepEqual(idsOf({ callers: [{ groups: ['other'] }] }), []);
    assert.deepEqual(idsOf({ targets: ['other'] }), []);
    assert.deepEqual(idsOf({ times: { endsAt: 1000 } }), []);
    assert.deepEqual(idsOf({ namespaces: [{ name: 'bank' }] }), []);
    assert.deepEqual(idsOf({ namespaces: [{ name: 'sh*' }] }), ['p/r']);
    assert.deepEqual(idsOf({ effect: 'deny' }), []);
  });
});
