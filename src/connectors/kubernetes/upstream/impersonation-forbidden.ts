import type { Refusal } from '../../../model/refusal.ts';
import type { UnaryReply } from '../../../model/reply.ts';
import type { Identity } from './impersonation.ts';
import { statusDetails } from './status-details.ts';
import { credentialForbidden } from './unavailable.ts';

/**
 * What impersonation is asked of, by group. Nothing else is of these kinds: they are asked of the authorizer alone.
 *
 * Source: `WithImpersonation`, https://github.com/kubernetes/apiserver/blob/v0.35.4/pkg/endpoints/filters/impersonation/impersonation.go
 */
const IMPERSONATED: ReadonlyMap<string, string> = new Map([
  ['users', 'user'],
  ['groups', 'group'],
  ['uids', 'uid'],
  ['userextras', 'extra'],
]);
const GROUPS: ReadonlySet<string> = new Set(['', 'authentication.k8s.io']);

/**
 * The same reply, and where it is a 403 about our right to impersonate, what it is told as. Known by what the refusal is about, never by its text: a caller's
 * own missing right is about what it asked for.
 */
export async function impersonationForbidden(
  reply: UnaryReply,
  identity: Identity | undefined,
): Promise<{ readonly reply: UnaryReply; readonly refusal: Refusal | undefined }> {
  if (reply.status !== 403 || identity === undefined) return { reply, refusal: undefined };
  const told = await statusDetails(reply);
  const { group, kind, name } = told.details ?? { group: '', kind: '', name: '' };
  const what = GROUPS.has(group) ? IMPERSONATED.get(kind) : undefined;
  if (what === undefined) return { reply: told.reply, refusal: undefined };
  return {
    reply: told.reply,
    refusal: credentialForbidden(identity.subject, `may not impersonate ${what} \`${name}\``),
  };
}
