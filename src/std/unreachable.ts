import { BrokenInvariant } from './broken-invariant.ts';

/**
 * Ends an exhaustive switch: a member that was added to a closed union and forgotten here does not compile.
 *
 * @throws {BrokenInvariant} always; reached only when a value lies about its type.
 */
export function unreachable(value: never): never {
  throw new BrokenInvariant(`unreachable: ${JSON.stringify(value)}`);
}
