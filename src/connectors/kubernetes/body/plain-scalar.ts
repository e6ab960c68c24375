import { exactNumber } from './exact-number.ts';

type Refuse = (sentence: string, advice: string) => Error;

const CONSTANTS: ReadonlyMap<string, null | boolean> = new Map<string, null | boolean>([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
]);

/** Booleans to YAML 1.1, strings to 1.2. */
const OLD_BOOLEANS: ReadonlySet<string> = new Set([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON'],
  ...['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF'],
]);

const JSON_NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

/** What is a number to the API server or to YAML 1.2 in some other notation, underscores left out. */
const OTHER_NUMBERS = [
  /^[-+]?0[xX][0-9a-fA-F]+$/,
  /^[-+]?0[oO]?[0-7]+$/,
  /^[-+]?0[bB][-+]?[01]+$/,
  /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/,
  /^[-+]?\.(?:inf|Inf|INF)$/,
  /^\.(?:nan|NaN|NAN)$/,
];

/**
 * What a YAML scalar without quotes means: null, a boolean, a number as JSON writes it, or a string.
 *
 * Refused is what YAML 1.1 and 1.2 take differently, and numbers in any other notation: `yes`, `0777`, `0x1F`, `1_000`, `+1`, `.5`, `.inf`.
 * A date, and `1:20`, are strings to the API server and here.
 *
 * @param refuse makes the refusal, with the place where the scalar stands
 * @throws {Refusal} BODY_UNREADABLE
 */
export function plainScalar(text: string, refuse: Refuse): null | boolean | number | string {
  const constant = CONSTANTS.get(text);
  if (constant !== undefined) return constant;
  if (OLD_BOOLEANS.has(text)) throw readTwoWays(text, refuse);
  if (!/^[-+.0-9]/.test(text)) return text;
  if (JSON_NUMBER.test(text)) return exactNumber(text);
  const bare = text.replaceAll('_', '');
  if (OTHER_NUMBERS.some((pattern) => pattern.test(bare))) throw readTwoWays(text, refuse);
  return text;
}

function readTwoWays(text: string, refuse: Refuse): Error {
  return refuse(`\`${text.slice(0, 40)}\` without quotes is read in two ways`, 'quote it, or write it as JSON does');
}
