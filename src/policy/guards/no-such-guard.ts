/** Guards that there were, and what replaces each. */
const FORMER: ReadonlyMap<string, string> = new Map([
  [
    'secrets',
    'take it out, and name `secrets` under `resources` of each rule that is to change them: a `*` reaches no change of Secrets, their values are masked, and masks that are written back get their values again',
  ],
]);

/** Why an id opens no guard, with what to do. */
export function noSuchGuard(id: string, ids: Iterable<string>): string {
  const instead = FORMER.get(id);
  if (instead !== undefined) return `the guard \`${id}\` is no more: ${instead}`;
  return `\`${id}\` is no guard; there are ${[...ids].map((each) => `\`${each}\``).join(', ')}`;
}
