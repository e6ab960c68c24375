/*
 * How long a decision takes under 10,000 rules, without CEL and with.
 *
 * Two shapes of a corpus, both with every built-in guard closed. `many subjects`: 2,000 subjects with five rules each, every tenth a deny, and 20 rules
 * for everyone. `one subject`: all rules are one subject's, over 100 namespaces, 20 resources and five verbs, every tenth a deny. Half of the
 * questions are allowed; of the others most meet silence, and some a deny. Questions are asked in a fixed random order, so that no two in a row meet the same rules.
 */
import type { Caller } from '../../src/model/caller.ts';
import type { Operation } from '../../src/model/operation.ts';
import { decide } from '../../src/policy/decide.ts';
import { factsNeeded } from '../../src/policy/facts-needed.ts';
import type { Rule } from '../../src/policy/rule.ts';
import { compileRules } from '../support/compile-rules.ts';
import { callerOf, operationOf } from '../support/operation.ts';
import { ruleOf } from '../support/rule.ts';

/** One figure. */
export interface DecideRow {
  readonly what: string;
  /** Microseconds for one decision, facts asked for included; the median of the rounds. */
  readonly us: number;
  readonly usMax: number;
  /** The share of questions that are allowed. */
  readonly allowed: number;
}

const RULES = 10_000;
const QUESTIONS = 4096;
const ROUNDS = 15;

const RESOURCES = [
  'pods',
  'services',
  'configmaps',
  'events',
  'endpoints',
  'replicationcontrollers',
  'limitranges',
  'resourcequotas',
  'podtemplates',
  'serviceaccounts',
  'persistentvolumeclaims',
  'widgets',
  'gadgets',
  'gizmos',
  'trinkets',
  'doodads',
  'things',
  'stuff',
  'bits',
  'pieces',
];
const VERBS = ['get', 'list', 'watch', 'patch', 'delete'];

interface Corpus {
  readonly rules: readonly Rule[];
  readonly questions: readonly (readonly [Caller, Operation])[];
}

/** The rows, printed by the runner. */
export function bench(): readonly DecideRow[] {
  return [
    measure('10,000 rules, many subjects', manySubjects()),
    measure('10,000 rules, one subject', oneSubject()),
    measure(
      '10,000 rules, one subject, each with CEL',
      oneSubject('caller.groups.exists(g, g == "ci") && operation.namespace.startsWith("ns")'),
    ),
  ];
}

function manySubjects(): Corpus {
  const rules: Rule[] = [];
  for (let i = 0; i < RULES - 20; i++) {
    rules.push(makeRule(i, `bot-${Math.floor(i / 5)}`, `ns-${i % 100}`, RESOURCES[i % 20] as string, ['get', 'list']));
  }
  for (let i = 0; i < 20; i++)
    rules.push(
      ruleOf({
        id: `all/${i}`,
        verbs: ['get'],
        apiGroups: [''],
        resources: [RESOURCES[i] as string],
        namespaces: [{ name: 'public' }],
      }),
    );
  const random = randomNumbers(1);
  const questions = Array.from({ length: QUESTIONS }, (_, k): readonly [Caller, Operation] => {
    const i = random(RULES - 20);
    return [
      callerOf({ subject: `bot-${Math.floor(i / 5)}`, groups: ['ci', 'bots'] }),
      ask(k, 'get', `ns-${i % 100}`, RESOURCES[i % 20] as string),
    ];
  });
  return { rules, questions };
}

function oneSubject(when?: string): Corpus {
  const rules = Array.from({ length: RULES }, (_, i) =>
    makeRule(
      i,
      'bot',
      `ns-${i % 100}`,
      RESOURCES[Math.floor(i / 100) % 20] as string,
      [VERBS[Math.floor(i / 2000)] as string],
      when,
    ),
  );
  const random = randomNumbers(2);
  const questions = Array.from({ length: QUESTIONS }, (_, k): readonly [Caller, Operation] => [
    callerOf({ subject: 'bot', groups: ['ci', 'bots'] }),
    ask(k, VERBS[random(5)] as string, `ns-${random(100)}`, RESOURCES[random(20)] as string),
  ]);
  return { rules, questions };
}

function makeRule(
  i: number,
  subject: string,
  namespace: string,
  resource: string,
  verbs: readonly string[],
  when?: string,
): Rule {
  return ruleOf({
    id: `rules/${i}`,
    effect: i % 10 === 9 ? 'deny' : 'allow',
    callers: [{ subjects: [subject] }],
    verbs,
    apiGroups: [''],
    resources: [resource],
    namespaces: [{ name: namespace }],
    ...(when === undefined ? {} : { when }),
  });
}

/** Every second question asks for another namespace than the rules have. */
function ask(k: number, verb: string, namespace: string, resource: string): Operation {
  const method = verb === 'patch' ? 'PATCH' : verb === 'delete' ? 'DELETE' : 'GET';
  const uri = `/api/v1/namespaces/${k % 2 === 0 ? namespace : `${namespace}-other`}/${resource}`;
  const name = verb === 'list' || verb === 'watch' ? '' : '/web';
  return operationOf({ method, uri: `${uri}${name}${verb === 'watch' ? '?watch=1' : ''}` });
}

function measure(what: string, { rules, questions }: Corpus): DecideRow {
  const set = compileRules(rules, { unsafe: new Set() });
  let allowed = 0;
  const round = (): number => {
    const start = process.hrtime.bigint();
    for (const [caller, asked] of questions) {
      const operation = { ...asked }; // each request is an operation of its own, so nothing is remembered from the round before
      const needed = factsNeeded(set, caller, operation, 0);
      if (needed.length === 0 && decide(set, { caller, operation, facts: {}, nowMs: 0 }).effect === 'allow') allowed++;
    }
    return Number(process.hrtime.bigint() - start) / 1000 / questions.length;
  };
  for (let i = 0; i < 5; i++) round();
  allowed = 0;
  const times = Array.from({ length: ROUNDS }, round).sort((a, b) => a - b);
  return {
    what,
    us: times[Math.floor(ROUNDS / 2)] as number,
    usMax: times[ROUNDS - 1] as number,
    allowed: allowed / ROUNDS / questions.length,
  };
}

/** A small generator with a seed, so that every run asks the same. Source: mulberry32 */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}
