import { TooComplexError } from '../../policy/analysis/partition.ts';
import type { Catalog, CatalogKind } from '../../policy/analysis/space.ts';
import { CliError } from '../cli-error.ts';
import { KNOWN_KINDS } from './known-kinds.ts';

/** What may stand at a place of objects of a kind; undefined for kinds whose types are not known. */
export type TypesAt = (apiVersion: string, kind: string, steps: readonly string[]) => ReadonlySet<string> | undefined;

/** Kubernetes' own kinds with their subresources, for comparing rules. */
export function catalogOf(powerOf: Catalog['powerOf'], typesAt?: TypesAt): Catalog {
  const kinds = KNOWN_KINDS.flatMap(({ group, resource, isNamespaced, subresources }): readonly CatalogKind[] =>
    ['', ...subresources].map((subresource) => ({ apiGroup: group, resource, subresource, isNamespaced })),
  );
  if (typesAt === undefined) return { kinds, powerOf };
  return {
    kinds,
    powerOf,
    typesAt: ({ apiGroup, resource }, steps) => {
      const known = KNOWN_KINDS.find((one) => one.group === apiGroup && one.resource === resource);
      if (known === undefined) return undefined;
      return typesAt(apiGroup === '' ? known.version : `${apiGroup}/${known.version}`, known.kind, steps);
    },
  };
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
