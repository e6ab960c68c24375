import type { PortLimit } from '../model/decision.ts';
import type { Rule } from './rule.ts';

/** The ports that these rules leave to a port-forward: what those that allow it allow together, without what any denies; undefined is every port. */
export function portLimit(allowing: readonly Rule[], denying: readonly Rule[]): PortLimit | undefined {
  const allowed = allowing.map(({ portForward }) => portForward?.ports);
  const denied = inOrder(denying.flatMap(({ portForward }) => portForward?.ports ?? []));
  if (allowed.includes(undefined)) return denied.length === 0 ? undefined : { denied };
  return { allowed: inOrder(allowed.flatMap((ports) => ports ?? [])).filter((port) => !denied.includes(port)) };
}

function inOrder(ports: readonly number[]): readonly number[] {
  return [...new Set(ports)].sort((a, b) => a - b);
}
