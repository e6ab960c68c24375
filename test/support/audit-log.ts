import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** One event of the API server's audit log, as far as tests look; Source: audit.k8s.io/v1 Event. */
export interface AuditEvent {
  readonly auditID: string;
  readonly stage: 'ResponseStarted' | 'ResponseComplete' | 'Panic';
  readonly verb: string;
  readonly requestURI: string;
  readonly userAgent?: string;
  readonly user: AuditIdentity;
  readonly impersonatedUser?: AuditIdentity;
  /** Since Kubernetes 1.35. */
  readonly authenticationMetadata?: { readonly impersonationConstraint?: string };
  readonly objectRef?: {
    readonly resource?: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly apiGroup?: string;
    readonly apiVersion?: string;
    readonly subresource?: string;
  };
  readonly responseStatus?: { readonly code?: number };
}

/** A Kubernetes User as the audit log tells it. */
export interface AuditIdentity {
  readonly username: string;
  readonly groups?: readonly string[];
  readonly uid?: string;
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** What the API server did since the log was opened here. */
export interface AuditLog {
  /** The events so far, in the order of the log. */
  events(): readonly AuditEvent[];
  /**
   * The events once one of them satisfies `isThere`: the API server writes an event just after it has answered.
   * @throws {Error} where none does within ten seconds
   */
  eventsUntil(isThere: (event: AuditEvent) => boolean): Promise<readonly AuditEvent[]>;
}

/** Opens an audit log at its present end. */
export function openAuditLog(path: string): AuditLog {
  let offset = existsSync(path) ? statSync(path).size : 0;
  let rest = Buffer.alloc(0);
  const seen: AuditEvent[] = [];
  const events = (): readonly AuditEvent[] => {
    if (!existsSync(path)) return seen;
    const size = statSync(path).size;
    const bytes = Buffer.alloc(size - offset);
    const file = openSync(path, 'r');
    offset += readSync(file, bytes, 0, bytes.length, offset);
    closeSync(file);
    const unread = Buffer.concat([rest, bytes]);
    const end = unread.lastIndexOf('\n') + 1; // the last line may still be being written
    rest = unread.subarray(end);
    for (const line of unread.toString('utf8', 0, end).split('\n')) {
      if (line !== '') seen.push(JSON.parse(line) as AuditEvent);
    }
    return seen;
  };
  return {
    events,
    async eventsUntil(isThere) {
      const endMs = Date.now() + 10_000;
      while (!events().some(isThere)) {
        if (Date.now() > endMs) throw new Error('the audit log has no such event after ten seconds');
        await pause(20);
      }
      return seen;
    },
  };
}
