import { KINDS, type Kind } from './kind.ts';

/** What the address of a session may say: which kind of its calls, and of which story. */
export interface StorySearch {
  readonly kind?: Kind;
  /** The id of one of its stories. */
  readonly story?: string;
}

/** What of an address is meant; the rest is dropped. */
export function storySearch({ kind, story }: Record<string, unknown>): StorySearch {
  const found = KINDS.find((each) => each === kind && each !== 'all');
  return {
    ...(found === undefined ? {} : { kind: found }),
    ...(typeof story === 'string' && story !== '' ? { story } : {}),
  };
}
