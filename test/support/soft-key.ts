import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { Assertion, Site } from '../../src/control/person-keys/webauthn.ts';

/** A key in software, as an authenticator has one: ES256, its holder verified unless it is said otherwise. */
export interface SoftKey {
  readonly credential: string;
  /** COSE, in base64url. */
  readonly publicKey: string;
  sign(challenge: string, site: Site, flags?: number): Assertion;
}

/** There and verified. Source: Web Authentication, Level 3, 6.1 */
const USER_PRESENT_AND_VERIFIED = 0x05;

export function softKey(): SoftKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  // {1: 2, 3: -7, -1: 1, -2: x, -3: y}. Source: RFC 9053, 7.1
  const cose = Buffer.concat([
    Buffer.from('a5010203262001215820', 'hex'),
    Buffer.from(x, 'base64url'),
    Buffer.from('225820', 'hex'),
    Buffer.from(y, 'base64url'),
  ]);
  const credential = randomBytes(16).toString('base64url');
  return {
    credential,
    publicKey: cose.toString('base64url'),
    sign(challenge, { origin, rpId }, flags = USER_PRESENT_AND_VERIFIED) {
      const clientData = Buffer.from(JSON.stringify({ type: 'webauthn.get', challenge, origin, crossOrigin: false }));
      const authenticatorData = Buffer.concat([sha256(rpId), Buffer.of(flags, 0, 0, 0, 0)]);
      const signature = sign('sha256', Buffer.concat([authenticatorData, sha256(clientData)]), privateKey);
      return {
        id: credential,
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: authenticatorData.toString('base64url'),
        signature: signature.toString('base64url'),
      };
    },
  };
}

function sha256(bytes: string | Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
