/** A number of things, in words: `1 rule`, `2 rules`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}
