import type { ReplyHead } from './reply.ts';

/** A request that does something each time that it is sent: sent twice, it is done twice. */
export interface Unrepeatable {
  /** The same for the same request, by whatever way its client sends it again. Made when it is asked for: it takes a hash over the body. */
  key(): string;
  /** How its caller sees whether it ran, in one sentence. */
  readonly look: string;
  /** Whether upstream's answer leaves open whether it ran. */
  isOpen(reply: ReplyHead): boolean;
}
