import type { Judged } from './judge.ts';

/** What changes, streams, or shows what is secret or masked for others has its intent on the disk first. */
export function isKeptFirst({ operation, amended, decision }: Judged): boolean {
  const { isChange, isStream, isSecret } = operation;
  return (
    isChange || isStream || isSecret || amended !== undefined || ('unmask' in decision && decision.unmask !== undefined)
  );
}
