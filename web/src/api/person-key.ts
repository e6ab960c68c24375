/* Keys of the browser: what the gateway asks for is made or signed there, with its holder verified. Everything goes over the wire as base64url. */
import type { ChallengeView, EnrolmentView } from '../../../src/control/key-contract.ts';

/** What a key signed. */
interface Assertion {
  readonly id: string;
  readonly clientDataJSON: string;
  readonly authenticatorData: string;
  readonly signature: string;
}

/** Makes a key, and where the person has one that counts, lets it sign that they did. @throws {DOMException} the person or the browser gave it up */
export async function makeKey({ rpId, challenge, algorithms, user, have, proofBy, proofChallenge }: EnrolmentView) {
  const proof = proofBy.length === 0 ? undefined : await signed({ rpId, challenge: proofChallenge, keys: proofBy });
  const made = await navigator.credentials.create({
    publicKey: {
      rp: { id: rpId, name: 'Sallyport' },
      user: { id: bytes(user), name: 'Sallyport', displayName: 'Sallyport' },
      challenge: bytes(challenge),
      pubKeyCredParams: [...algorithms],
      excludeCredentials: have.map((id) => ({ type: 'public-key', id: bytes(id) })),
      authenticatorSelection: { userVerification: 'required' },
      attestation: 'none',
    },
  });
  if (!(made instanceof PublicKeyCredential) || !(made.response instanceof AuthenticatorAttestationResponse))
    throw new Error('the browser made no key');
  const { clientDataJSON, attestationObject } = made.response;
  return {
    made: { id: made.id, clientDataJSON: text(clientDataJSON), attestationObject: text(attestationObject) },
    ...(proof === undefined ? {} : { proof }),
  };
}

/** Signs a challenge with one of the keys. @throws {DOMException} the person or the browser gave it up */
export async function signed({
  rpId,
  challenge,
  keys,
}: Pick<ChallengeView, 'rpId' | 'challenge' | 'keys'>): Promise<Assertion> {
  const found = await navigator.credentials.get({
    publicKey: {
      rpId,
      challenge: bytes(challenge),
      allowCredentials: keys.map((id) => ({ type: 'public-key', id: bytes(id) })),
      userVerification: 'required',
    },
  });
  if (!(found instanceof PublicKeyCredential) || !(found.response instanceof AuthenticatorAssertionResponse))
    throw new Error('the browser signed nothing');
  const { clientDataJSON, authenticatorData, signature } = found.response;
  return {
    id: found.id,
    clientDataJSON: text(clientDataJSON),
    authenticatorData: text(authenticatorData),
    signature: text(signature),
  };
}

function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64url.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
    character.charCodeAt(0),
  );
}

function text(buffer: ArrayBuffer): string {
  const binary = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
