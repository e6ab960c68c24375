import { TooComplexError } from '../../policy/analysis/partition.ts';
import type { Catalog, CatalogKind } from '../../policy/analysis/space.ts';
import { CliError } from '../cli-error.ts';
import { KNOWN_KINDS } from './known-kinds.ts';

/** Kubernetes' own kinds with their subresources, for comparing rules. */
export function catalogOf(powerOf: Catalog['powerOf']): Catalog {
  const kinds = KNOWN_KINDS.flatMap(({ group, resource, isNamespaced, subresources }): readonly CatalogKind[] =>
    ['', ...subresources].map((subresource) => ({ apiGroup: group, resource, subresource, isNamespaced })),
  );
  return { kinds, powerOf };
}

/** What an analysis gives. @throws {CliError} it would need more cells than are kept */
export function analysed<Result>(analysis: () => Result): Result {
  try {
    return analysis();
  } catch (error) {
    if (!(error instanceof TooComplexError)) throw error;
    throw new CliError(
      `these rules are too many to be told apart exactly: ${error.message}; compare fewer files at once`,
    );
  }
}
