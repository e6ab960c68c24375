import { KINDS, type Kind } from './kind.ts';

/** What the address of a session may say: which kind of its calls, and of which story. */
export interface StorySearch {
  readonly kind?: Kind;
  /** What the caller's program said: its run and its command. Both, or neither. */
  readonly run?: string;
  readonly command?: string;
}

/** What of an address is meant; the rest is dropped. */
export function storySearch({ kind, run, command }: Record<string, unknown>): StorySearch {
  const found = KINDS.find((each) => each === kind && each !== 'all');
  // An address that reads like a number is one to the router.
  const [runText, commandText] = [run, command].map((value) => (typeof value === 'number' ? String(value) : value));
  return {
    ...(found === undefined ? {} : { kind: found }),
    ...(typeof runText === 'string' && typeof commandText === 'string' ? { run: runText, command: commandText } : {}),
  };
}
