import type { Self } from '../api/self.ts';

/** How long ago somebody signed in, in milliseconds; undefined where their identity provider does not say. */
export interface Stale {
  readonly agoMs: number | undefined;
}

/** How long ago the person signed in, where that is too long, or not known; undefined where it is lately enough. */
export function staleness(
  self: Pick<Self, 'session'> | undefined,
  withinMs: number | undefined,
  nowMs: number,
): Stale | undefined {
  if (self?.session === undefined || withinMs === undefined) return undefined;
  const { signedInAt } = self.session;
  const agoMs = signedInAt === undefined ? undefined : nowMs - Date.parse(signedInAt);
  return agoMs !== undefined && agoMs < withinMs ? undefined : { agoMs };
}
