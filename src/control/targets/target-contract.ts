/*
 * What goes over the wire of `/api/v1/targets`. A target by API has an https address, an authority that stands in it, and a credential that is written and never read back; a file, a
 * plugin, a proxy and an unchecked certificate it cannot have.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { ownWords } from '../contract.ts';

/** Limits of what is registered. */
export const TARGET_LIMITS = Object.freeze({
  /** Targets that are registered at once. */
  targetsMax: 500,
  /** The longest authority, certificate or key, in characters. */
  pemCharactersMax: 16 * 1024,
  /** Versions of a target that are told; the journal has them all. */
  versionsMax: 50,
});

export const targetName = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'expected a name of lower-case letters, digits and dashes, at most 63 long',
  );
const namespaceName = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'expected the name of a namespace');
const reason = ownWords.min(1, 'expected a reason');

const token = z.string().regex(/^[!-~]{1,16384}$/, 'expected a token as HTTP carries it, at most 16384 characters');
const pem = z.string().min(1).max(TARGET_LIMITS.pemCharactersMax);

const httpsUrl = z.string().max(512).refine(isPlainHttps, 'expected `https://HOST:PORT`, with a path at most');

const certificatePair = z
  .strictObject({
    certificate: pem
      .refine(areCertificates, 'expected certificates in PEM, and nothing beside them')
      .describe('The chain, in PEM.'),
    key: pem.describe('Its private key, in PEM.'),
  })
  .refine(isPair, 'expected a certificate and its own key');

const credential = z
  .strictObject({
    token: token.optional().describe('A bearer token.'),
    clientCertificate: certificatePair.optional(),
  })
  .refine(
    (given) => (given.token === undefined) !== (given.clientCertificate === undefined),
    'expected either `token` or `clientCertificate`',
  );

const place = z.strictObject({
  url: httpsUrl.describe('The API server.'),
  ca: pem
    .refine(areCertificates, 'expected certificates in PEM, and nothing beside them')
    .optional()
    .describe('Certificates in PEM to trust for it, instead of the system’s.'),
  tlsServerName: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, 'expected a lower-case host name')
    .optional()
    .describe('The name that its certificate is checked against, where it is not the host’s.'),
});

const eksPlace = z.strictObject({
  cluster: z.string().regex(/^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/, 'expected the name of a cluster of EKS'),
  region: z.string().regex(/^[a-z]{2,5}(-[a-z]+)+-[0-9]{1,2}$/, 'expected a region such as `eu-west-1`'),
  roleArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:iam::[0-9]{12}:role\/[\w+=,.@/-]{1,512}$/, 'expected `arn:aws:iam::ACCOUNT:role/NAME`')
    .describe('The role that is taken; one that `control.targetRoles` names.'),
  externalId: z
    .string()
    .regex(/^[\w+=,.@:/-]{2,1224}$/, 'expected what the role’s trust policy asks for')
    .optional(),
});

const spec = {
  server: place.optional().describe('Where it is, with a credential by value.'),
  eks: eksPlace
    .optional()
    .describe('A cluster of Amazon EKS instead: AWS says where it is, and the gateway takes a role to reach it.'),
  upstreamIdentity: z
    .enum(['caller', 'credential'])
    .default('caller')
    .describe('As in the configuration: whether upstream sees the caller, or the gateway’s credential.'),
  marked: z.boolean().default(false).describe('As in the configuration.'),
  podSecrets: z.array(namespaceName).min(1).max(50).optional().describe('As in the configuration.'),
};

const reader = z.strictObject({ token: token.optional() }).optional();

const hasOnePlace = ({ server, eks }: { server?: unknown; eks?: unknown }) =>
  (server === undefined) !== (eks === undefined);
const ONE_PLACE = 'expected either `server` or `eks`';
const NO_CREDENTIAL = { path: ['credential'], message: 'expected none: a cluster of EKS is reached by its role' };

const markedByCaller = ({ marked, upstreamIdentity }: { marked: boolean; upstreamIdentity: string }) =>
  !marked || upstreamIdentity === 'caller';
const MARKED = { path: ['marked'], message: 'expected `upstreamIdentity: caller`: there is no caller to be marked' };

/** A target that is to be there. */
export const targetAddSchema = z
  .strictObject({
    name: targetName.describe('Name in paths, rules and recordings.'),
    reason: reason.describe('Why, in one’s own words.'),
    ...spec,
    credential: credential
      .optional()
      .describe('What the gateway presents. It is kept encrypted, and never read back; absent of a cluster of EKS.'),
    reader: reader.describe('A read-only credential for look-ups; absent: there is none, and the other one is used.'),
  })
  .refine(hasOnePlace, ONE_PLACE)
  .refine(({ eks, credential: given }) => (eks === undefined) === (given !== undefined), {
    path: ['credential'],
    message: 'expected one with `server`, and none with `eks`',
  })
  .refine(markedByCaller, MARKED)
  .refine(({ reader }) => reader === undefined || reader.token !== undefined, {
    path: ['reader', 'token'],
    message: 'expected the token of the reader',
  });

/** What a target is to be instead. */
export const targetReplaceSchema = z
  .strictObject({
    reason: reason.describe('Why, in one’s own words.'),
    ...spec,
    credential: credential
      .optional()
      .describe(
        'What the gateway presents; absent: the one that is kept, which goes with the address and authority that it was given for and with no other.',
      ),
    reader: reader.describe(
      'A read-only credential for look-ups; without `token` the one that is kept; absent: there is none from now on, and the other one is used.',
    ),
  })
  .refine(hasOnePlace, ONE_PLACE)
  .refine(({ eks, credential: given }) => eks === undefined || given === undefined, NO_CREDENTIAL)
  .refine(markedByCaller, MARKED);

export const targetRemoveSchema = z.strictObject({ reason });

const instant = z.iso.datetime();
const credentialKind = z.enum(['token', 'clientCertificate', 'role']);

const told = {
  url: z.string().describe('Of a cluster of EKS `eks:REGION/CLUSTER`.'),
  eks: eksPlace.optional(),
  caSha256: z.string().optional().describe('Of the authority, in hex; absent: the system’s are trusted.'),
  tlsServerName: z.string().optional(),
  upstreamIdentity: z.enum(['caller', 'credential']),
  marked: z.boolean(),
  podSecrets: z.array(z.string()).optional(),
  credential: credentialKind.describe('What kind it is; itself it is never read back.'),
  hasReader: z.boolean(),
};

/** A target by API, as operators see it. */
export const registeredTargetSchema = z.strictObject({
  name: z.string(),
  state: z
    .enum(['live', 'removed', 'shadowed'])
    .describe('`shadowed`: the configuration has a target of this name, which is the one that is served.'),
  ...told,
  ca: z.string().optional().describe('The authority itself, which is no secret.'),
  credentialSince: instant.describe('When the credential was given.'),
  credentialEndsAt: instant.optional().describe('When it ends, where it says so itself.'),
  version: z.int(),
  changedAt: instant,
  changedBy: z.strictObject({ subject: z.string(), issuer: z.string() }),
  reason: z.string(),
  trouble: z.string().optional().describe('Why it is not served here, where it is not.'),
});

/** One version of a target: what it was from then on, who made it so, and why. */
export const targetVersionSchema = z.strictObject({
  version: z.int(),
  change: z.enum(['added', 'replaced', 'removed']),
  at: instant,
  by: z.strictObject({ subject: z.string(), issuer: z.string() }),
  reason: z.string(),
  changed: z.array(z.string()).describe('Which parts are others than before.'),
  ...told,
});

export type TargetAdd = z.infer<typeof targetAddSchema>;
export type TargetReplace = z.infer<typeof targetReplaceSchema>;
export type RegisteredTargetView = z.infer<typeof registeredTargetSchema>;
export type TargetVersionView = z.infer<typeof targetVersionSchema>;

function isPlainHttps(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, search, hash, username, password } = new URL(text);
  return protocol === 'https:' && `${search}${hash}${username}${password}` === '';
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** Security: certificates alone: an authority is shown, and a private key beside it would be too. Test: `an authority is certificates alone`. */
function areCertificates(text: string): boolean {
  const found = text.match(CERTIFICATE) ?? [];
  if (found.length === 0 || text.replace(CERTIFICATE, '').trim() !== '') return false;
  try {
    return found.every((each) => new X509Certificate(each).subject !== undefined);
  } catch {
    return false;
  }
}

function isPair({ certificate, key }: { certificate: string; key: string }): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}
