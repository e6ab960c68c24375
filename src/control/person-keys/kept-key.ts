import { hash } from 'node:crypto';
import { callerKey } from '../../model/caller.ts';
import type { Row } from '../../store/store.ts';

/** A key that a person signs answers with, as it is kept: what verifies, and nothing that signs. Instants are in milliseconds since 1970. */
export interface KeptKey {
  /** Of the credential, so that one is never enrolled twice, whosever it is. */
  readonly id: string;
  readonly owner: { readonly subject: string; readonly issuer: string };
  /** The person behind the identity, where its issuer names one. */
  readonly person?: string;
  /** What the person calls it. */
  readonly name: string;
  /** The credential's id, in base64url. */
  readonly credential: string;
  /** COSE, in base64url. */
  readonly publicKey: string;
  readonly enrolledAt: number;
  /** From when on it counts where a rule takes enrolled keys. */
  readonly countsFrom: number;
  /** The other person who said that it counts at once. */
  readonly confirmedBy?: string;
}

/** The id of a credential's row. */
export function keyId(credential: string): string {
  return hash('sha256', credential, 'hex').slice(0, 32);
}

export function keyRow(key: KeptKey, version: number): Row {
  return { kind: 'person-key', id: key.id, version, owner: callerKey(key.owner), state: 'live', body: key };
}

export function keyOf({ body }: Row): KeptKey {
  return body as KeptKey;
}

/** As it stands under `approvers[].keys` of a policy file. */
export function keyLine({ credential, publicKey }: Pick<KeptKey, 'credential' | 'publicKey'>): string {
  return `webauthn:${credential}:${publicKey}`;
}

/** What such a line holds; undefined where it is none. */
export function keyOfLine(line: string): Pick<KeptKey, 'credential' | 'publicKey'> | undefined {
  const [, credential, publicKey] = /^webauthn:([\w-]+):([\w-]+)$/.exec(line) ?? [];
  return credential === undefined || publicKey === undefined ? undefined : { credential, publicKey };
}
