/*
 * Certificates are made here, by @peculiar/x509: Node reads X.509 and makes none. Loaded only where a local authority is used, since the library
 * and its polyfill are not wanted in a gateway that was given certificates.
 */
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { CertificatePair } from './certificates.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

cryptoProvider.set(webcrypto as unknown as Crypto);

/** From when and until when. */
export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** A new authority, ECDSA P-256, that may certify servers and no further authority. */
export async function makeCa(validity: Validity): Promise<CertificatePair> {
  const keys = await makeKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: 'CN=Sallyport local CA',
    ...validity,
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return pair(certificate, keys);
}

/** What a serving certificate is made from. */
export interface ServingOptions extends Validity {
  readonly caPem: string;
  readonly caKeyPem: string;
  /** Host names and addresses, at least one. */
  readonly names: readonly string[];
}

/** A new certificate, with a new key, for a server that has these names. Its chain is itself and the authority. */
export async function makeServing({ caPem, caKeyPem, names, ...validity }: ServingOptions): Promise<CertificatePair> {
  const ca = new X509Certificate(caPem);
  const signingKey = await webcrypto.subtle.importKey('pkcs8', PemConverter.decodeFirst(caKeyPem), ALGORITHM, false, [
    'sign',
  ]);
  const keys = await makeKeys();
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: 'CN=Sallyport',
    issuer: ca.subject,
    ...validity,
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: signingKey as CryptoKey,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(
        names.map((name) => ({ type: isIP(name) === 0 ? 'dns' : 'ip', value: name })),
      ),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(ca),
    ],
  });
  const { certPem, keyPem } = await pair(certificate, keys);
  return { certPem: `${certPem}\n${caPem}`, keyPem };
}

function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;
}

async function pair(certificate: X509Certificate, keys: webcrypto.CryptoKeyPair): Promise<CertificatePair> {
  const keyBytes = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { certPem: certificate.toString('pem'), keyPem: PemConverter.encode(keyBytes, 'PRIVATE KEY') };
}

/** 127 random bits: positive, and never twice. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0] as number & 0x7f) | 0x01;
  return bytes.toString('hex');
}
