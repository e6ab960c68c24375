/*
 * Whether a label selector can be read: one that cannot makes the API server take another branch when it tells list from watch. Only
 * that is answered here, by the same grammar and the same order; what a selector matches is upstream's own business.
 *
 * Source: https://github.com/kubernetes/apimachinery/blob/v0.35.4/pkg/labels/selector.go
 */

const TOKEN = /[ \t\r\n]*(==|!=|[=!(),<>]|[^=!(),<> \t\r\n]+)/y;
const SYMBOLS: ReadonlySet<string> = new Set(['==', '!=', '=', '!', '(', ')', ',', '<', '>']);
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** Whether Go's `labels.Parse` takes it. */
export function isLabelSelector(text: string): boolean {
  if (text === '') return true;
  const tokens = tokensOf(text);
  let at = 0;
  while (at < tokens.length) {
    const next = skipRequirement(tokens, at);
    if (next === undefined) return false;
    if (next === tokens.length) return true;
    const after = tokens[next + 1];
    if (tokens[next] !== ',' || after === undefined || (after !== '!' && SYMBOLS.has(after))) return false;
    at = next + 1;
  }
  return true;
}

/** Whether Go's `strconv.ParseInt(text, 10, 64)` takes it. */
export function isInt64(text: string): boolean {
  if (!/^[+-]?[0-9]+$/.test(text)) return false;
  const digits = text.replace(/^[+-]?0*/, '');
  if (digits.length > 19) return false;
  const value = BigInt(digits === '' ? '0' : digits) * (text.startsWith('-') ? -1n : 1n);
  return value >= INT64_MIN && value <= INT64_MAX;
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) tokens.push(match[1] as string);
  return tokens;
}

/** The index behind the requirement that begins at `start`. */
function skipRequirement(tokens: readonly string[], start: number): number | undefined {
  const isNegated = tokens[start] === '!';
  const at = isNegated ? start + 1 : start;
  const key = tokens[at];
  if (key === undefined || SYMBOLS.has(key) || !isLabelKey(key)) return undefined;
  const operator = tokens[at + 1];
  if (isNegated || operator === undefined || operator === ',') return at + 1;
  switch (operator) {
    case 'in':
    case 'notin':
      return skipValues(tokens, at + 2);
    case '=':
    case '==':
    case '!=':
    case '<':
    case '>': {
      const value = tokens[at + 2];
      const isAbsent = value === undefined || value === ',';
      const isNumeric = operator === '<' || operator === '>';
      if (isAbsent) return isNumeric ? undefined : at + 2;
      if (SYMBOLS.has(value) || !isLabelValue(value) || (isNumeric && !isInt64(value))) return undefined;
      return at + 3;
    }
    default:
      return undefined;
  }
}

/** The index behind `(a, b,)`; a comma may stand first, last or twice. */
function skipValues(tokens: readonly string[], start: number): number | undefined {
  if (tokens[start] !== '(') return undefined;
  let isValueBefore = false;
  for (let at = start + 1; at < tokens.length; at++) {
    const token = tokens[at] as string;
    if (token === ')') return at + 1;
    if (token === ',') {
      isValueBefore = false;
      continue;
    }
    if (isValueBefore || SYMBOLS.has(token) || !isLabelValue(token)) return undefined;
    isValueBefore = true;
  }
  return undefined;
}

function isLabelKey(key: string): boolean {
  const slash = key.indexOf('/');
  const name = key.slice(slash + 1);
  return (slash === -1 || isSubdomain(key.slice(0, slash))) && name !== '' && isLabelValue(name);
}

function isLabelValue(value: string): boolean {
  return value.length <= 63 && /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/.test(value);
}

function isSubdomain(text: string): boolean {
  return text.length <= 253 && text.split('.').every((label) => /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/.test(label));
}
