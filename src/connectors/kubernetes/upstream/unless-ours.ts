/*
 * Whose a no of upstream is. A 401 is always about our credential, and a 403 about users or groups about our right to impersonate; told as it came, callers take
 * the one for their own token, and the other for their own right.
 *
 * What stands behind a proxy, and an extended API server, can answer either by itself. So upstream is asked once more, by a question that nobody else answers.
 */
import type { Reply } from '../../../model/reply.ts';
import type { Identity } from './impersonation.ts';
import { impersonationForbidden } from './impersonation-forbidden.ts';
import { credentialForbidden } from './unavailable.ts';
import type { Upstream } from './upstream.ts';
import { whoAmI } from './who-am-i.ts';

/**
 * The reply, where it is the caller's. `missing` says what we may not do in its name.
 *
 * @throws {Refusal} CREDENTIAL_REFUSED, CREDENTIAL_FORBIDDEN it is about us; nothing was done
 */
export async function unlessOurs(
  upstream: Upstream,
  reply: Reply,
  identity: Identity | undefined,
  missing: (identity: Identity) => Promise<string | undefined>,
  signal: AbortSignal,
): Promise<Reply> {
  if (reply.kind !== 'unary') return reply;
  if (reply.status === 401) {
    await whoAmI(upstream, identity, signal);
    return reply;
  }
  const { reply: read, refusal } = await impersonationForbidden(reply, identity);
  if (identity === undefined) return read;
  if (refusal !== undefined) await whoAmI(upstream, identity, signal);
  const what = await missing(identity);
  if (what === undefined) return read;
  read.body.cancel(new Error('told otherwise'));
  throw credentialForbidden(identity.subject, what);
}
