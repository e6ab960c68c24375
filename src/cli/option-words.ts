import type { Argument, Option } from 'commander';

type Said = Pick<Option | Argument, 'description' | 'argChoices' | 'defaultValue'>;

/** What help says of an option or argument: its words, what it takes, and what it is where nothing is said. */
export function optionWords(option: Said): string {
  const fallback = shownDefault(option);
  const more = [
    ...(option.argChoices === undefined ? [] : [option.argChoices.join(', ')]),
    ...(fallback === undefined ? [] : [`default: ${fallback}`]),
  ];
  return more.length === 0 ? option.description : `${option.description} (${more.join('; ')})`;
}

/** The default as a person would type it; undefined where it is nothing: no value, no text, an empty list, a switch that is off. */
export function shownDefault({ defaultValue: value }: Pick<Said, 'defaultValue'>): string | undefined {
  return value === undefined || value === false || String(value) === '' ? undefined : String(value);
}
