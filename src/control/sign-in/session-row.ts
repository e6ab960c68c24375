import { callerKey } from '../../model/caller.ts';
import type { Row } from '../../store/store.ts';

/** A person's session with a browser, as it is kept: who it is, and nothing that could be presented. Instants are in milliseconds since 1970. */
export interface KeptSession {
  readonly id: string;
  /** SHA-256 of the secret in the browser's cookie. */
  readonly secretDigest: string;
  readonly who: {
    readonly subject: string;
    readonly issuer: string;
    readonly groups: readonly string[];
    readonly labels: Readonly<Record<string, string>>;
    readonly person?: string;
    readonly run?: string;
  };
  /** When the issuer saw the person; absent where it did not say. */
  readonly signedInAt?: number;
  /** When the person last did something; kept by the minute. */
  readonly activeAt: number;
  readonly endsAt: number;
}

/** The session in a row, and the row's version. */
export function sessionOf({ body, version }: Row): { readonly session: KeptSession; readonly version: number } {
  return { session: body as KeptSession, version };
}

/** The row of a session; one that has ended has none. */
export function sessionRow(session: KeptSession, version: number): Row {
  return { kind: 'login', id: session.id, version, owner: callerKey(session.who), state: 'live', body: session };
}
