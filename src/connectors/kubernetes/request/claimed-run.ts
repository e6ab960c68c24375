import type { Request } from '../../../model/request.ts';

/**
 * The run of a command that kubectl says a request is part of; undefined where it says nothing, or not as kubectl does. Anybody can send these headers: nothing is
 * decided by them.
 *
 * Limits: 64 characters of a session, 256 of a command.
 *
 * Source: https://github.com/kubernetes/kubernetes/blob/v1.35.0/staging/src/k8s.io/cli-runtime/pkg/genericclioptions/command_headers.go
 */
export function claimedRun({
  headers,
}: Pick<Request, 'headers'>): { readonly session: string; readonly command: string } | undefined {
  const session = headers.get('kubectl-session')?.[0];
  if (session === undefined || !/^[A-Za-z0-9-]{1,64}$/.test(session)) return undefined;
  const command = headers.get('kubectl-command')?.[0] ?? '';
  return { session, command: /^[ -~]{0,256}$/.test(command) ? command : '' };
}
