/* Keys of persons, as they go over the wire of `/api/v1`. */
import { z } from 'zod';
import { ownWords } from './contract.ts';

const instant = z.iso.datetime();

/** Limit: characters of one part of what a browser says; RS256 with an attestation stays far below. */
const base64url = z.string().regex(/^[\w-]{1,8192}$/, 'expected base64url');

const assertion = {
  id: base64url,
  clientDataJSON: base64url,
  authenticatorData: base64url,
  signature: base64url,
};

/** A key that signs answers. */
export const keySchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  owner: z.strictObject({ subject: z.string(), issuer: z.string() }),
  enrolledAt: instant,
  countsFrom: instant.describe('From when on it counts where a rule takes enrolled keys.'),
  confirmedBy: z.string().optional().describe('The person who said that it counts at once.'),
  line: z.string().describe('As it stands under `approvers[].keys` of a policy file, where it counts at once.'),
});

export const keyListQuery = z.strictObject({
  all: z.enum(['true', 'false']).optional().describe('`true`: everybody’s; for who holds a role without bounds.'),
});

/** What a browser is given to make a key. */
export const enrolmentSchema = z.strictObject({
  state: z.string().describe('To be brought along; good for five minutes and this session.'),
  rpId: z.string(),
  challenge: z.string(),
  algorithms: z.array(z.strictObject({ type: z.literal('public-key'), alg: z.int() })),
  user: z.string().describe('In base64url: whose keys these are, for the key’s own list.'),
  have: z.array(z.string()).describe('Credentials that are enrolled: not to be made again.'),
  proofBy: z.array(z.string()).describe('Where there are any: credentials of which one signs `proofChallenge`.'),
  proofChallenge: z.string(),
});

/** A key that a browser has made. */
export const enrolSchema = z.strictObject({
  state: z.string().min(1).max(2_048),
  name: ownWords.refine((name) => name.trim() !== '', 'expected a name').describe('What you call it.'),
  made: z.strictObject({ id: base64url, clientDataJSON: base64url, attestationObject: base64url }),
  proof: z.strictObject(assertion).optional().describe('By a key that counts already, where there is one.'),
});

/** What an answer is signed over. */
export const challengeAskSchema = z.strictObject({
  digest: z.string().regex(/^[0-9a-f]{64}$/, 'expected the digest of what was shown'),
});

export const challengeSchema = z.strictObject({
  rpId: z.string(),
  challenge: z.string(),
  nonce: z.string(),
  expiresAt: z.int().describe('In milliseconds since 1970.'),
  keys: z.array(z.string()).describe('Credentials of which one is to sign; none: no key of yours counts here.'),
});

/** A signature beside an answer. */
export const signatureSchema = z.strictObject({
  ...assertion,
  nonce: z.string().regex(/^[\w-]{32}$/, 'expected the nonce of the challenge'),
  expiresAt: z.int().min(0),
});

export type KeyView = z.infer<typeof keySchema>;
export type EnrolmentView = z.infer<typeof enrolmentSchema>;
export type ChallengeView = z.infer<typeof challengeSchema>;
