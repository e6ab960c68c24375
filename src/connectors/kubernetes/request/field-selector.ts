/*
 * What a field selector requires of an object's name; the API server makes the name of a list or watch from it.
 *
 * Source: https://github.com/kubernetes/apimachinery/blob/v0.35.4/pkg/fields/selector.go
 */

/**
 * The value that a field must have for an object to match, or undefined where the selector requires none; `unreadable` where Go's
 * `fields.ParseSelector` refuses the whole. Of several terms on one field the first in byte order counts, as it does there.
 */
export function requiredValue(selector: string, field: string): { value: string | undefined } | 'unreadable' {
  let best: { term: string; value: string } | undefined;
  for (const term of splitTerms(selector)) {
    if (term === '') continue;
    const at = term.search(/!=|=/);
    if (at === -1) return 'unreadable';
    const isNot = term[at] === '!';
    const isDouble = !isNot && term[at + 1] === '=';
    const value = unescapeValue(term.slice(at + (isNot || isDouble ? 2 : 1)));
    if (value === undefined) return 'unreadable';
    if (isNot || term.slice(0, at) !== field) continue;
    if (best === undefined || Buffer.compare(Buffer.from(term), Buffer.from(best.term)) < 0) best = { term, value };
  }
  return { value: best?.value };
}

/** Cut at commas that no backslash precedes. */
function splitTerms(selector: string): string[] {
  if (!selector.includes('\\')) return selector.split(',');
  const terms: string[] = [];
  let start = 0;
  for (let i = 0; i < selector.length; i++) {
    if (selector[i] === '\\') i++;
    else if (selector[i] === ',') {
      terms.push(selector.slice(start, i));
      start = i + 1;
    }
  }
  terms.push(selector.slice(start));
  return terms;
}

function unescapeValue(text: string): string | undefined {
  if (!/[\\,=]/.test(text)) return text;
  let value = '';
  for (let i = 0; i < text.length; i++) {
    const character = text[i] as string;
    if (character === '\\') {
      const escaped = text[++i];
      if (escaped !== '\\' && escaped !== ',' && escaped !== '=') return undefined;
      value += escaped;
    } else if (character === ',' || character === '=') return undefined;
    else value += character;
  }
  return value;
}
