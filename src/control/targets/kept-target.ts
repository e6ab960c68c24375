/*
 * A target by API as its row has it. Its secrets are closed in the vault for one place each: this field of this target, with this address, this authority and whatever else the target says of itself. So one that
 * is moved to another row, or beside which something is written over by whoever can write the database or a backup of it, does not open.
 */
import { hash } from 'node:crypto';
import type { Row } from '../../store/store.ts';
import type { Vault } from '../../store/vault.ts';

/** A cluster of EKS and the role that is taken for it. */
export interface EksPlace {
  readonly cluster: string;
  readonly region: string;
  readonly roleArn: string;
  readonly externalId?: string | undefined;
}

/** What of a target is no secret. */
export interface TargetSpec {
  readonly url: string;
  /** PEM; absent: the system’s authorities. */
  readonly ca?: string;
  readonly tlsServerName?: string;
  /** A cluster of EKS, which AWS says the place of. */
  readonly eks?: EksPlace;
  readonly upstreamIdentity: 'caller' | 'credential';
  readonly marked: boolean;
  readonly podSecrets?: readonly string[];
}

/** The same as it is told: an authority by its digest. */
export interface ToldSpec extends Omit<TargetSpec, 'ca'> {
  readonly caSha256?: string;
  readonly credential: CredentialKind;
  readonly hasReader: boolean;
}

export type CredentialKind = 'token' | 'clientCertificate' | 'role';

/** Which secret. */
export type SecretField = Exclude<CredentialKind, 'role'> | 'readerToken';

/** One version: what was done, by whom and why. */
export interface TargetVersion {
  readonly version: number;
  readonly change: 'added' | 'replaced' | 'removed';
  readonly at: number;
  readonly by: { readonly subject: string; readonly issuer: string };
  readonly reason: string;
  /** Which parts are others than before. */
  readonly changed: readonly string[];
  readonly told: ToldSpec;
}

/** A target by API. */
export interface KeptTarget {
  readonly name: string;
  readonly state: 'live' | 'removed';
  readonly spec: TargetSpec;
  /** Closed; none of one that was removed. */
  readonly secrets: Readonly<Partial<Record<SecretField, string>>>;
  readonly credential: CredentialKind;
  readonly hasReader: boolean;
  readonly credentialAt: number;
  readonly credentialEndsAt?: number;
  /** The oldest first; never none. */
  readonly history: readonly TargetVersion[];
  /** The version of the row. */
  readonly version: number;
}

/** What a target presents, in clear. */
export interface OpenedCredential {
  readonly token?: string;
  readonly clientCertificate?: { readonly certPem: string; readonly keyPem: string };
  readonly readerToken?: string;
}

/** The target in a row. */
export function targetOf({ body, version }: Row): KeptTarget {
  return { ...(body as Omit<KeptTarget, 'version'>), version };
}

/** The row of a target; `version` is the one that was read. */
export function targetRow({ version, ...body }: KeptTarget): Row {
  return { kind: 'target', id: body.name, version, owner: '', state: body.state, body };
}

/** Where a secret stands, for the vault. */
export function placeOf(name: string, spec: TargetSpec, field: SecretField): string {
  const { url, ca = null, tlsServerName = null, eks = null, upstreamIdentity, marked, podSecrets = null } = spec;
  const said = JSON.stringify([url, ca, tlsServerName, eks, upstreamIdentity, marked, podSecrets]);
  return `target ${name} ${field} ${hash('sha256', said, 'hex')}`;
}

/** What the target presents. @throws {StoreError} what is kept was closed under another key, or for another address, authority or target */
export function openedCredential({ name, spec, secrets }: KeptTarget, vault: Vault): OpenedCredential {
  const [token, pair, readerToken] = (['token', 'clientCertificate', 'readerToken'] as const).map((field) =>
    openedSecret({ name, spec, secrets }, field, vault),
  );
  return {
    ...(token === undefined ? {} : { token }),
    ...(pair === undefined ? {} : { clientCertificate: JSON.parse(pair) as { certPem: string; keyPem: string } }),
    ...(readerToken === undefined ? {} : { readerToken }),
  };
}

/** One of its secrets in clear; undefined where it has none. @throws {StoreError} as `openedCredential` */
export function openedSecret(
  { name, spec, secrets }: Pick<KeptTarget, 'name' | 'spec' | 'secrets'>,
  field: SecretField,
  vault: Vault,
): string | undefined {
  const closed = secrets[field];
  return closed === undefined ? undefined : Buffer.from(vault.open(closed, placeOf(name, spec, field))).toString();
}

/** What is told of a target. */
export function toldSpec({
  spec,
  credential,
  hasReader,
}: Pick<KeptTarget, 'spec' | 'credential' | 'hasReader'>): ToldSpec {
  const { ca, ...rest } = spec;
  return { ...rest, ...(ca === undefined ? {} : { caSha256: hash('sha256', ca, 'hex') }), credential, hasReader };
}
