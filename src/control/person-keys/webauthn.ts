/*
 * The one place that speaks WebAuthn; the library is loaded where the first key is met. A key counts only for the console's own name (RP id) and origin, and
 * only where its holder was verified (a PIN, a finger), not merely there.
 *
 * Source: Web Authentication, Level 3, 7.1 and 7.2
 */
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import type { KeptKey } from './kept-key.ts';

/** Where keys count: the console as browsers see it. */
export interface Site {
  readonly origin: string;
  readonly rpId: string;
}

/** The console’s site; undefined where it has no name, since keys know no addresses. */
export function siteOf(consoleUrl: string): Site | undefined {
  if (!URL.canParse(consoleUrl)) return undefined;
  const { origin, hostname } = new URL(consoleUrl);
  return /^[\d.]+$|^\[/.test(hostname) ? undefined : { origin, rpId: hostname };
}

/** What a browser signed with a key, all in base64url. */
export interface Assertion {
  readonly id: string;
  readonly clientDataJSON: string;
  readonly authenticatorData: string;
  readonly signature: string;
}

/** What a browser made as a new key, all in base64url. */
export interface Attestation {
  readonly id: string;
  readonly clientDataJSON: string;
  readonly attestationObject: string;
}

/** Whether the key signed the challenge for this site, with its holder verified. What cannot be read does not hold. */
export async function holds(
  assertion: Assertion,
  challenge: string,
  { credential, publicKey }: Pick<KeptKey, 'credential' | 'publicKey'>,
  { origin, rpId }: Site,
): Promise<boolean> {
  if (assertion.id !== credential) return false;
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server');
  const { id, ...rest } = assertion;
  const response: AuthenticationResponseJSON = {
    ...{ id, rawId: id, type: 'public-key', clientExtensionResults: {} },
    response: rest,
  };
  // An answer names what it answers and counts once, so a counter would hinder nobody; synced keys have none.
  const key = { id: credential, publicKey: new Uint8Array(Buffer.from(publicKey, 'base64url')), counter: 0 };
  try {
    const { verified } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: rpId,
      credential: key,
      requireUserVerification: true,
    });
    return verified;
  } catch {
    return false;
  }
}

/** The key that was made for the challenge at this site, with its holder verified; undefined where that does not hold. */
export async function madeKey(
  { id, ...rest }: Attestation,
  challenge: string,
  { origin, rpId }: Site,
): Promise<Pick<KeptKey, 'credential' | 'publicKey'> | undefined> {
  const { verifyRegistrationResponse } = await import('@simplewebauthn/server');
  const response: RegistrationResponseJSON = {
    ...{ id, rawId: id, type: 'public-key', clientExtensionResults: {} },
    response: rest,
  };
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS.map(({ alg }) => alg),
    });
    if (!verified) return undefined;
    const { credential } = registrationInfo;
    return { credential: credential.id, publicKey: Buffer.from(credential.publicKey).toString('base64url') };
  } catch {
    return undefined;
  }
}

/** Ed25519, ES256, RS256. Source: the COSE registry of algorithms */
export const ALGORITHMS = [-8, -7, -257].map((alg) => ({ type: 'public-key' as const, alg }));
