/**
 * Ends an exhaustive switch: a member that was added to a closed union and forgotten here does not compile.
 *
 * @throws {Error} always; reached only when a value lies about its type.
 */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
