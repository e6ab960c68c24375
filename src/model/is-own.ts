import { type Caller, callerKey } from './caller.ts';

/** Whose something is, and which program or actor of theirs it was that asked for it, or did it. */
export interface AskedBy extends Pick<Caller, 'subject' | 'issuer' | 'actors'> {
  /** Of the gateway's own token that it was asked with. Absent: it was none. */
  readonly token?: string;
}

/** The caller as whose it is. */
export function askedBy({ subject, issuer, actors, issued }: Caller): AskedBy {
  return {
    ...{ subject, issuer },
    ...(actors === undefined ? {} : { actors }),
    ...(issued === undefined ? {} : { token: issued.id }),
  };
}

/**
 * Whether something is the own of who looks: what they asked for or did themselves, and what their programs and whoever acts for them did.
 *
 * Security: a program of somebody's, and whoever acts for them, sees what itself asked for, and nothing else of theirs.
 * Test: `T60: whoever acts for somebody sees the questions that they ask, and none of somebody’s own or of another’s`.
 */
export function isOwn(asked: AskedBy, viewer: AskedBy): boolean {
  if (callerKey(asked) !== callerKey(viewer)) return false;
  if (viewer.token === undefined && viewer.actors === undefined) return true;
  return asked.token === viewer.token && JSON.stringify(asked.actors) === JSON.stringify(viewer.actors);
}
