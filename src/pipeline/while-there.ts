import type { LifeBehind } from '../connectors/connector.ts';
import type { StreamEnd } from '../model/channels.ts';

/** Limits of looking after what streams lead into; documented in docs/reference/limits.md. */
export const THERE_LIMITS = Object.freeze({
  /** How often it is asked for, in milliseconds: with the answer, a stream ends within five seconds of it. */
  lookMs: 3_000,
});

/**
 * Ends a stream once what it leads into has ended, or is another than when the stream began, where upstream would leave it open; what nobody can tell ends nothing.
 *
 * Returns what stops looking.
 */
export function whileThere(look: LifeBehind | undefined, end: (end: StreamEnd) => void): () => void {
  if (look === undefined) return () => {};
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;
  let first: string | undefined;
  const next = async () => {
    const life = await look();
    if (isOver) return;
    if (life !== undefined) first ??= life ?? undefined;
    if (life === null || (life !== undefined && life !== first)) {
      isOver = true;
      return end({ why: 'gone', message: 'what it leads into has ended' });
    }
    timer = setTimeout(next, THERE_LIMITS.lookMs).unref();
  };
  void next();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
