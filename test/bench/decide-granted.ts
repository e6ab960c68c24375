/* A decision with 10,000 rules and 10,000 live grants: the grants of the caller found, the facts asked for, and the question answered. */
import { LiveAccess } from '../../src/control/live-access.ts';
import { ruleDigest } from '../../src/grant/rule-digest.ts';
import type { Caller } from '../../src/model/caller.ts';
import type { Operation } from '../../src/model/operation.ts';
import { decide } from '../../src/policy/decide.ts';
import { factsNeeded } from '../../src/policy/facts-needed.ts';
import type { Rule } from '../../src/policy/rule.ts';
import type { Store } from '../../src/store/store.ts';
import { compileRules } from '../support/compile-rules.ts';
import { callerOf, operationOf } from '../support/operation.ts';
import { ruleOf } from '../support/rule.ts';
import { median } from './figures.ts';

const SUBJECTS = 2_000;
const RULES_OF_EACH = 5;
const GRANTS_OF_EACH = 5;
/** So many callers have rules and grants that stay in the processor's caches. */
const WARM_SUBJECTS = 50;
const QUESTIONS = 4_096;
const ROUNDS = 15;

/** Microseconds of processor time of one decision. */
export interface GrantedDecision {
  /** Half of the questions are allowed by a grant, the others by none. */
  readonly grantedMicros: number;
  /** The same questions of the same rules, in turns with them, where nobody has a grant. */
  readonly plainMicros: number;
  /** As `grantedMicros`, of the same rules and grants, where few callers ask: what they need stays in the processor's caches. */
  readonly warmMicros: number;
}

type Questions = readonly (readonly [Caller, Operation])[];

interface Asked extends Pick<LiveAccess, 'grantsOf'> {
  readonly questions: Questions;
}

/** What decisions cost beside live grants, and without any. */
export function decisionBesideGrants(): GrantedDecision {
  const rules = Array.from({ length: SUBJECTS * RULES_OF_EACH }, (_, i) => ruleOfSubject(i));
  const set = compileRules(rules, { unsafe: new Set() });
  const [access, none] = [accessOf(set), accessOf(set)];
  for (let i = 0; i < SUBJECTS * GRANTS_OF_EACH; i++) access.take({ grant: grantOf(i, rules), version: 1 });
  const questionsOf = (subjects: number): Questions => Array.from({ length: QUESTIONS }, (_, k) => asked(k, subjects));
  const [questions, warm] = [questionsOf(SUBJECTS), questionsOf(WARM_SUBJECTS)];
  let allowed = 0;
  const round = ({ grantsOf, questions }: Asked): number => {
    const start = processorMicros();
    for (const [caller, one] of questions) {
      const operation = { ...one };
      const grants = grantsOf(caller);
      const needed = factsNeeded(set, caller, operation, 0, grants);
      if (needed.length === 0 && decide(set, { caller, operation, facts: {}, nowMs: 0, grants }).effect === 'allow')
        allowed++;
    }
    return (processorMicros() - start) / questions.length;
  };
  const grantsOf = access.grantsOf.bind(access);
  const ways = [
    { grantsOf, questions },
    { grantsOf: none.grantsOf.bind(none), questions },
    { grantsOf, questions: warm },
  ];
  const turn = () => ways.map(round);
  for (let i = 0; i < 5; i++) turn();
  allowed = 0;
  const found = Array.from({ length: ROUNDS }, turn);
  if (allowed !== ROUNDS * QUESTIONS) throw new Error(`${allowed} of ${3 * ROUNDS * QUESTIONS} were allowed`);
  const [grantedMicros, plainMicros, warmMicros] = ways.map((_, i) => median(found.map((each) => each[i] as number)));
  return { grantedMicros, plainMicros, warmMicros } as GrantedDecision;
}

function accessOf(set: ReturnType<typeof compileRules>): LiveAccess {
  const access = new LiveAccess({
    store: { now: () => 0, isHeard: () => true } as unknown as Store,
    rules: () => set,
    underWay: { endGrant() {}, endKilled() {}, isStreaming: () => false },
    isHeldKill: () => false,
    writeEnd: async () => {},
    onFailure() {},
  });
  access.start();
  access.stop();
  return access;
}

/** Of this thread: other work on the machine makes it wait, which is not counted. */
function processorMicros(): number {
  return process.threadCpuUsage().user;
}

/** Of five rules of a subject one offers grants. */
function ruleOfSubject(i: number): Rule {
  const subject = Math.floor(i / RULES_OF_EACH);
  const common = {
    id: `rules/${i}`,
    callers: [{ subjects: [`bot-${subject}`] }],
    verbs: ['get', 'list'],
    apiGroups: [''],
    namespaces: [{ name: `ns-${subject % 100}` }],
  };
  if (i % RULES_OF_EACH !== 0)
    return ruleOf({
      ...common,
      effect: 'allow',
      resources: [['pods', 'events', 'configmaps', 'endpoints'][(i % RULES_OF_EACH) - 1] as string],
    });
  const request = { forMaxMs: 3_600_000, livePerCallerMax: 10, bindTo: 'caller', approval: 'none' } as const;
  return ruleOf({ ...common, effect: 'request', resources: ['services'], request });
}

function grantOf(i: number, rules: readonly Rule[]) {
  const subject = Math.floor(i / GRANTS_OF_EACH);
  const rule = rules[subject * RULES_OF_EACH] as Rule;
  const { subject: name, issuer } = callerFor(subject);
  return {
    id: `grant-${i}`,
    state: 'live',
    holder: { subject: name, issuer },
    parts: [
      {
        rule: rule.id,
        ruleDigest: ruleDigest(rule),
        scope: {
          target: operationFor(0, '').target,
          verbs: ['get'],
          apiGroups: [''],
          resources: ['services'],
          resourceNames: [`web-${i % GRANTS_OF_EACH}`],
          namespaces: [`ns-${subject % 100}`],
        },
      },
    ],
    reason: '',
    askedAt: 0,
    startsAt: 0,
    endsAt: 3_600_000,
    forMs: 3_600_000,
    uses: 0,
  } as const;
}

/** In a fixed order that meets no subject twice in a row; every second one asks for a name that was not granted. */
function asked(k: number, subjects: number): readonly [Caller, Operation] {
  const subject = (k * 787) % subjects;
  const name = k % 2 === 0 ? `web-${k % GRANTS_OF_EACH}` : 'other';
  return [callerFor(subject), operationFor(subject, name)];
}

function callerFor(subject: number): Caller {
  return callerOf({ subject: `bot-${subject}`, groups: ['ci', 'bots'] });
}

function operationFor(subject: number, name: string): Operation {
  return operationOf({
    method: 'GET',
    uri: `/api/v1/namespaces/ns-${subject % 100}/services/${name === '' ? 'web' : name}`,
  });
}
