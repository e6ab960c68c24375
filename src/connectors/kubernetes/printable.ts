/** A caller's own words, safe inside a sentence: at most 80 characters, and nothing but printable ASCII. */
export function printable(text: string): string {
  const short = text.length > 80 ? `${text.slice(0, 79)}…` : text;
  return short.replaceAll(/[^ -~…]/g, '?').replaceAll('`', "'");
}
