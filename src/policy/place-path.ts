/*
 * How a place in an object is written: keys joined by dots, as in `kubectl explain`, with `*` for any key or element (and for any run of characters in a key) and `**`
 * for any number of steps. A key with a dot stands in brackets (`data["tls.crt"]`) or has a backslash before it (`data.tls\.crt`); an element of a list is `[0]` or `[*]`.
 */

/** Limit: steps of one place. */
const stepsMax = 64;

/** The steps of a place, or what is wrong with it in one sentence. */
export function placePath(text: string): readonly string[] | string {
  const steps: string[] = [];
  let rest = text.replace(/^\$?\.?/, '');
  while (rest !== '') {
    const bracket = /^\[(?:"([^"]+)"|'([^']+)'|(\*|\d{1,9}))\]/.exec(rest);
    const key = bracket ?? /^((?:[^.[\]\\"']|\\.)+)/.exec(rest);
    if (key === null)
      return `\`${rest}\` in \`${text}\` is no step; a key with a dot in it is written as \`["tls.crt"]\``;
    steps.push(
      bracket === null
        ? (key[1] as string).replaceAll(/\\(.)/g, '$1')
        : (bracket[1] ?? bracket[2] ?? (bracket[3] as string)),
    );
    rest = rest.slice(key[0].length);
    if (rest.startsWith('.') && rest.length > 1 && rest[1] !== '.') rest = rest.slice(1);
    else if (rest !== '' && !rest.startsWith('['))
      return `\`${rest}\` in \`${text}\` is no step; steps are joined by one dot`;
  }
  if (steps.length === 0) return 'expected a place such as `spec.token`, `spec.**.token` or `data["tls.crt"]`';
  if (steps.length > stepsMax) return `a place has at most ${stepsMax} steps`;
  if (isIdentity(steps)) return `\`${text}\` says what the object is, and is never masked`;
  return steps;
}

/** What tells an object from others, and its versions: without it no client could name what it sees. */
export const identityPlaces: readonly (readonly string[])[] = [
  ['apiVersion'],
  ['kind'],
  ['metadata', 'name'],
  ['metadata', 'generateName'],
  ['metadata', 'namespace'],
  ['metadata', 'uid'],
  ['metadata', 'resourceVersion'],
  ['metadata', 'generation'],
  ['metadata', 'creationTimestamp'],
  ['metadata', 'deletionTimestamp'],
  ['metadata', 'ownerReferences'],
  ['metadata', 'managedFields'],
  ['metadata', 'finalizers'],
];

function isIdentity(steps: readonly string[]): boolean {
  return identityPlaces.some((place) => place.every((step, i) => steps[i] === step));
}

/** Steps as a place is written. */
export function writtenPlace(steps: readonly string[]): string {
  return steps
    .map((step, i) => {
      if (/^\d+$/.test(step)) return `[${step}]`;
      if (/[.[\]\\"']/.test(step)) return step.includes('"') ? `['${step}']` : `["${step}"]`;
      return i === 0 ? step : `.${step}`;
    })
    .join('');
}
