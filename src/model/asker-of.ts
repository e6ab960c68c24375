import { type Caller, callerKey } from './caller.ts';

/** What tells who asks, for what is bound to it: a program of somebody's is another than they are, and neither uses what was said to the other. */
export function askerOf(caller: Caller): readonly [key: string, token: string, actors: readonly string[] | null] {
  return [callerKey(caller), caller.issued?.id ?? '', caller.actors ?? null];
}
