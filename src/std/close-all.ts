/**
 * Closes all, in this order, each once the one before is done. One that cannot be closed keeps no other open.
 *
 * @throws {AggregateError} why some could not be closed, once all have been tried; of what is itself several, each
 */
export async function closeAll(closers: readonly (() => unknown)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const close of closers) {
    try {
      await close();
    } catch (failure) {
      failures.push(...(failure instanceof AggregateError ? failure.errors : [failure]));
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('; '));
}
