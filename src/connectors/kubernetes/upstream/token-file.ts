import type { Clock } from '../../../std/clock.ts';
import type { CredentialSource } from './credential.ts';
import { fileCredential } from './file-credential.ts';

/** The bearer token in a file: a service account's, or one that something else keeps new. Read again every minute. */
export function tokenFileCredential({
  file,
  clock,
}: {
  readonly file: string;
  readonly clock: Clock;
}): CredentialSource {
  return fileCredential({ files: { tokenFile: file }, clock });
}
