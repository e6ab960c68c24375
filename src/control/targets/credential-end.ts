import { X509Certificate } from 'node:crypto';

/** When a credential ends, in milliseconds since 1970, where it says so itself: a JWT by `exp`, a certificate by its last day. Nothing is verified: it is for the people who look after it. */
export function credentialEnd(credential: {
  readonly token?: string | undefined;
  readonly clientCertificate?: { readonly certificate: string } | undefined;
}): number | undefined {
  if (credential.clientCertificate !== undefined)
    return new X509Certificate(credential.clientCertificate.certificate).validToDate.getTime();
  try {
    const [, payload = ''] = (credential.token ?? '').split('.');
    const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { exp?: unknown };
    return typeof exp === 'number' && exp > 0 && exp < 1e11 ? Math.floor(exp * 1000) : undefined;
  } catch {
    return undefined;
  }
}
