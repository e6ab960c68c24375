import { type CelFunc, CelScalar, celEnv, celFunc } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import { SPEND, SPEND_RANGE, SPEND_WHOLE, spend, spendRange, spendWhole } from './budget.ts';
import { CLOCK } from './library/clock.ts';
import { CONVERSIONS } from './library/conversions.ts';
import { FORMAT } from './library/format.ts';
import { ADDRESSES } from './library/ip.ts';
import { LISTS } from './library/lists.ts';
import { REGISTRY } from './library/opaque.ts';
import { QUANTITY } from './library/quantity.ts';
import { SEMVERS } from './library/semver.ts';
import { STRINGS } from './library/strings.ts';
import { TIMES } from './library/times.ts';
import { URLS } from './library/url.ts';

/**
 * Functions of Kubernetes' CEL library that are not here, each with why; the reference page names them.
 *
 * Optional values (`?.`, `[?…]`, `optional.of`), two-variable macros and `cel.bind` are not in the engine either.
 */
export const ABSENT_FUNCTIONS: Readonly<Record<string, string>> = {
  find: 'the linear-time engine tells whether a text matches, not where; use `matches`',
  findAll: 'the linear-time engine tells whether a text matches, not where; use `matches`',
  authorizer: 'a decision asks no other authorizer',
  'jsonpatch.escapeKey': 'conditions make no patches',
};

const ENGINE_MATCHES = celEnv({ registry: REGISTRY }).funcs.find('matches');

/** Whether a text has a match of an RE2 expression. @throws {Error} the expression is none */
export function matches(text: string, expression: string): boolean {
  const answer = ENGINE_MATCHES?.call(0, text, [expression]);
  if (typeof answer !== 'boolean') throw new Error('not a regular expression of RE2');
  return answer;
}

/** The function of the same name as the method, which the engine has not. */
const MATCHES: readonly CelFunc[] = [celFunc('matches', [CelScalar.STRING, CelScalar.STRING], CelScalar.BOOL, matches)];

/** What every condition is planned in: CEL's own functions, its string extension, and Kubernetes' library. */
export const ENVIRONMENT = celEnv({
  registry: REGISTRY,
  funcs: [
    // Of two functions of one name and the same types, the latter stands.
    ...strings,
    ...STRINGS,
    ...CONVERSIONS,
    ...TIMES,
    ...CLOCK,
    ...MATCHES,
    ...QUANTITY,
    ...LISTS,
    ...ADDRESSES,
    ...URLS,
    ...SEMVERS,
    ...FORMAT,
    celFunc(SPEND, [CelScalar.DYN], CelScalar.DYN, spend),
    celFunc(SPEND_RANGE, [CelScalar.DYN], CelScalar.DYN, spendRange),
    celFunc(SPEND_WHOLE, [CelScalar.DYN], CelScalar.DYN, spendWhole),
  ],
});

/** Every function and operator of the environment by name, as the checker asks for them. */
export const FUNCTIONS: ReadonlyMap<string, readonly CelFunc[]> = Map.groupBy(ENVIRONMENT.funcs, ({ name }) => name);
