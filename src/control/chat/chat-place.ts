import type { Caller } from '../../model/caller.ts';

/** A chat whose messages can be answered. */
export interface ChatPlace {
  /** Under which its requests are signed; read for each. */
  readonly signingSecret: () => string;
  /** Who is who, by the chat's own id. Security: what the configuration says, and nothing that the chat says of anybody. */
  readonly people: ReadonlyMap<string, Caller>;
  /** Tells one person alone, in the channel where they pressed. */
  readonly tell: (channel: string, user: string, text: string) => Promise<void>;
}
