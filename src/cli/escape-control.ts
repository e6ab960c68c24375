/**
 * The text with every character that a terminal could take as a command, or that a reader could not see, as `\uXXXX`: recorded strings are
 * callers' own, and a pod's name or an argument can hold escape sequences. Inside JSON the result means the same.
 */
export function escapeControl(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{DI}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu, (character) =>
    [...Array(character.length).keys()]
      .map((i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** What stands by itself in JSON: a list never does, but as {@link listOf} makes it, so that who reads one command's lists reads them all. */
export type JsonDocument<Value> = Value extends readonly unknown[] ? never : Value;

/** A list as every command prints it. `next`: the id behind which it goes on, where there are more than were asked for; null where all are there. */
export function listOf<Item>(items: readonly Item[], next: string | null = null) {
  return { items, next };
}

/** A value as indented JSON that is safe to print. */
export function printableJson<Value>(value: JsonDocument<Value>): string {
  return `${JSON.stringify(value, undefined, 2).split('\n').map(escapeControl).join('\n')}\n`;
}

/** A value as one line of JSON that is safe to print. */
export function printableLine(value: unknown): string {
  return `${escapeControl(JSON.stringify(value))}\n`;
}
