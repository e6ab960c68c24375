/*
 * What callers have done before, for rules that hold what one of them does for the first time. It is noted beside the path, when upstream has answered that it is done,
 * and looked up where the answer hangs on it alone.
 */
import type { Caller } from '../model/caller.ts';
import type { Operation } from '../model/operation.ts';
import type { Permit } from '../model/permit.ts';
import type { Reply } from '../model/reply.ts';
import type { Fact } from '../policy/facts.ts';

/** What callers have done: the data path's port. */
export interface Novelty {
  /** When the caller last did the like, in milliseconds since 1970; null: not in what is remembered. Never rejects. */
  lastDone(operation: Operation, caller: Caller): Promise<Fact<number | null>>;
  /** The caller has done it now. Never throws, and nobody waits for it. */
  done(operation: Operation, caller: Caller): void;
}

/** A gateway without a control plane remembers nothing, and nobody can be asked. */
export const noNovelty: Novelty = {
  lastDone: async () => 'unknown',
  done() {},
};

/**
 * Notes what upstream says that it did: nothing of a dry run, which would make known what was never done. What made its object was a create too, whatever it was called.
 */
export function noteDone(novelty: Novelty, { operation, caller }: Permit, { status }: Reply): void {
  if ((status !== 101 && (status < 200 || status > 299)) || operation.options.isDryRun) return;
  novelty.done(operation, caller);
  if (status === 201 && operation.verb !== 'create') novelty.done({ ...operation, verb: 'create' }, caller);
}
