import type { Guard } from './guard.ts';
import { secretsGuard } from './secrets.ts';

/** Every guard, in the order of the reference page. All are closed by default. */
export const GUARDS: readonly Guard[] = [secretsGuard];

/** Their ids, as `unsafe.openGuards` takes them. */
export const GUARD_IDS: ReadonlySet<string> = new Set(GUARDS.map(({ id }) => id));
