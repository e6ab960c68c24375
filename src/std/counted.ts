/** A number and what is counted: `1 call`, `2 calls`; `several` is its plural where that is not made by an `s`. */
export function counted(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}
