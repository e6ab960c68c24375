/* The cases of a file of tests, each asked of its policies through the gateway's own reader and `decide`. */
import { dirname, resolve } from 'node:path';
import type { PolicyTests } from '../../config/policy-test-load.ts';
import type { PolicyCase } from '../../config/policy-test-schema.ts';
import { patternDetector } from '../../masking/detect/pattern-detector.ts';
import { MaskRules } from '../../masking/rules/mask-rules.ts';
import { explain } from '../../policy/analysis/explain.ts';
import { compileCel } from '../../policy/cel/compile.ts';
import { compileForGateway } from '../../policy/gateway-rules.ts';
import type { Question } from '../../policy/question.ts';
import type { RuleSet } from '../../policy/rule-set.ts';
import { CliError } from '../cli-error.ts';
import { explanationLines } from './explain-text.ts';
import { type MaskedView, maskedPlaces, openedMasks } from './masked-places.ts';
import type { OfflineRequest, RequestReader } from './offline-request.ts';
import { factsOf } from './question-facts.ts';
import { guardIds, readPolicySet } from './read-policies.ts';
import { requestsOfWords } from './request-of-words.ts';
import { splitWords } from './words.ts';

/** What one run of one case came to. */
export interface CaseResult {
  readonly file: string;
  readonly line: number;
  readonly name: string;
  /** What was asked, for people. */
  readonly asked: string;
  readonly isPassed: boolean;
  readonly expected: string;
  readonly got: string;
  /** Why, line by line, where it is not as expected. */
  readonly why: readonly string[];
}

/** The results of every case, in their order; a case with `runs` has one for each. @throws {CliError} a policy is not usable */
export async function runTests(
  file: string,
  { document, lines }: PolicyTests,
  read: RequestReader,
): Promise<readonly CaseResult[]> {
  const files = document.policies.map((path) => resolve(dirname(file), path));
  const options = { unsafe: guardIds(document.openGuards), openHealthPaths: false };
  const set = readPolicySet({ files });
  const rules = compileForGateway(set.rules, options, compileCel);
  const view = { masks: new MaskRules(set.masks, patternDetector), open: openedMasks(document.openMasks) };
  const results: CaseResult[] = [];
  for (const [i, each] of document.cases.entries()) {
    for (const { asked, request } of requestsOf(each)) {
      const caller = { ...(each.caller ?? document.caller), tokenEndsAt: 0, tokenDigest: '' } as Question['caller'];
      const ask = { caller, facts: factsOf(each.facts), nowMs: Date.parse(each.now ?? document.now) };
      const answer = await judge(rules, each.target ?? document.target, request, ask, read);
      const seen = placesOf(each, answer, view);
      const place = { file, line: lines[i] as number, name: each.name, asked };
      results.push({ ...place, ...compare(each, answer, seen) });
    }
  }
  return results;
}

function requestsOf(each: PolicyCase): readonly { readonly asked: string; readonly request: OfflineRequest }[] {
  if (each.request !== undefined)
    return [{ asked: `${each.request.method} ${each.request.uri}`, request: each.request }];
  const runs = each.runs ?? (each.run === undefined ? [] : [each.run]);
  return runs.flatMap((run) => {
    const words = typeof run === 'string' ? splitWords(run) : run;
    try {
      return requestsOfWords(words, each.object).map((request) => ({ asked: words.join(' '), request }));
    } catch (error) {
      if (error instanceof CliError) throw new CliError(`case \`${each.name}\`: ${error.message}`);
      throw error;
    }
  });
}

interface Answer {
  readonly effect: 'allow' | 'deny' | 'hold';
  readonly by: string;
  readonly rule: string;
  readonly why: readonly string[];
  /** Of an allow: what was asked, and the places that its rule shows. */
  readonly allowed?: { readonly question: Question; readonly unmask: readonly string[] };
}

async function judge(
  rules: RuleSet,
  target: string,
  request: OfflineRequest,
  ask: Omit<Question, 'operation'>,
  read: RequestReader,
): Promise<Answer> {
  const found = await read(target, request);
  if ('refusal' in found) {
    const { code, message } = found.refusal;
    return { effect: 'deny', by: 'gateway', rule: code, why: [`${code}: ${message}`] };
  }
  const facts = request.services === undefined ? ask.facts : { services: request.services, ...ask.facts };
  const question = { ...ask, facts, operation: found.operation };
  const explanation = explain(rules, question, 3);
  const { decision } = explanation;
  const { effect, rule } = decision;
  const by = decision.effect === 'deny' ? decision.by : 'rule';
  const answer = { effect, by, rule, why: explanationLines(request, question, explanation) };
  return decision.effect === 'allow' ? { ...answer, allowed: { question, unmask: decision.unmask ?? [] } } : answer;
}

/** What of the case’s reply is masked; undefined where nothing is expected of that, or there is no reply. */
function placesOf(
  { reply }: PolicyCase,
  { allowed }: Answer,
  view: Omit<MaskedView, 'unmask'>,
): readonly string[] | undefined {
  if (reply === undefined || allowed === undefined) return undefined;
  return maskedPlaces(allowed.question, reply, { ...view, unmask: allowed.unmask });
}

function compare(
  { expect, by, rule, masked }: PolicyCase,
  answer: Answer,
  seen: readonly string[] | undefined,
): Pick<CaseResult, 'isPassed' | 'expected' | 'got' | 'why'> {
  const [wanted, found] = [masked, seen].map((places) => (places === undefined ? undefined : maskedWords(places)));
  const isPassed =
    answer.effect === expect &&
    (by === undefined || answer.by === by) &&
    (rule === undefined || answer.rule === rule) &&
    wanted === found;
  const expected = [expect, by, rule, wanted].filter((part) => part !== undefined).join(' ');
  const got = [answer.effect, answer.effect === 'deny' ? answer.by : '', answer.rule, found].filter(Boolean).join(' ');
  return { isPassed, expected, got, why: isPassed ? [] : answer.why };
}

function maskedWords(places: readonly string[]): string {
  return places.length === 0 ? 'masking nothing' : `masking ${[...new Set(places)].sort().join(', ')}`;
}
