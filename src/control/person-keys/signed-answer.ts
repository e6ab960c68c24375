/*
 * A signed answer: what a key signs names the question, all that was shown, the answer, the approver and an end, so that a signature is good for that alone.
 * It is verified when it is given, and again when the yes is used: a key that was removed in between does not count.
 */
import { hash, randomBytes } from 'node:crypto';
import type { Answer, Approval, Party, Proof, Seat } from '../../approval/approval.ts';
import { callerKey } from '../../model/caller.ts';
import type { Approver } from '../../model/hold-terms.ts';
import { callerMatcher } from '../../policy/caller-match.ts';
import type { CallerMatch } from '../../policy/rule.ts';
import { type KeptKey, keyOfLine } from './kept-key.ts';
import { holds, type Site } from './webauthn.ts';

/** Limit: how long a challenge can be signed, in milliseconds. */
const CHALLENGE_MS = 5 * 60_000;

/** What is signed. */
interface Signed {
  readonly approval: string;
  /** Of what was shown. */
  readonly digest: string;
  readonly answer: Answer['answer'];
  readonly by: Pick<Party, 'subject' | 'issuer'>;
  readonly nonce: string;
  readonly expiresAt: number;
}

/** The challenge that a key signs: SHA-256 over all of it, in base64url. */
export function challengeOf({ approval, digest, answer, by, nonce, expiresAt }: Signed): string {
  const said = JSON.stringify([
    'sallyport-answer/1',
    approval,
    digest,
    answer,
    by.issuer,
    by.subject,
    nonce,
    expiresAt,
  ]);
  return hash('sha256', said, 'base64url');
}

/** A fresh challenge for an answer to what was shown. */
export function newChallenge(asked: Omit<Signed, 'nonce' | 'expiresAt'>, nowMs: number) {
  const fresh = { nonce: randomBytes(24).toString('base64url'), expiresAt: nowMs + CHALLENGE_MS };
  return { ...fresh, challenge: challengeOf({ ...asked, ...fresh }) };
}

/** Whether the end of a challenge is one that could have been given, and is not over. */
export function isFresh(expiresAt: number, nowMs: number): boolean {
  return nowMs < expiresAt && expiresAt <= nowMs + CHALLENGE_MS;
}

/** A key, and the rules whose seats its signature fills. */
export interface UsableKey {
  readonly key: Pick<KeptKey, 'credential' | 'publicKey'>;
  readonly rules: readonly string[];
}

/**
 * The keys by which a person fills the signed seats of a question: those that the entries naming them list in the policy files, and where the rule says
 * `enrolled`, their own that count by now.
 */
export function usableKeys(
  by: Party,
  { seats, askedAt }: Pick<Approval, 'seats' | 'askedAt'>,
  enrolled: readonly KeptKey[],
  nowMs: number,
): readonly UsableKey[] {
  const found = new Map<string, { key: UsableKey['key']; rules: string[] }>();
  const take = (key: UsableKey['key'], rule: string) => {
    const own = found.get(key.credential) ?? { key, rules: [] };
    // Security: two public keys for one credential would be two keys under one name.
    if (own.key.publicKey === key.publicKey) found.set(key.credential, { ...own, rules: [...own.rules, rule] });
  };
  for (const seat of seats) {
    if (seat.signed === undefined) continue;
    for (const line of fileKeys(by, seat, askedAt, nowMs)) {
      const key = keyOfLine(line);
      if (key !== undefined) take(key, seat.rule);
    }
    if (seat.signed !== 'enrolled') continue;
    for (const key of enrolled)
      if (callerKey(key.owner) === callerKey(by) && nowMs >= key.countsFrom) take(key, seat.rule);
  }
  return [...found.values()];
}

function fileKeys(by: Party, { approvers, later = [] }: Seat, askedAt: number, nowMs: number): readonly string[] {
  const open = [
    ...approvers,
    ...later.filter(({ afterMs }) => nowMs >= askedAt + afterMs).flatMap((each) => each.approvers),
  ];
  return open
    .filter((approver) => names(approver, by))
    .flatMap((approver) => ('keys' in approver ? (approver.keys ?? []) : []));
}

function names(approver: Approver, by: Party): boolean {
  const caller = { ...by, labels: {}, tokenEndsAt: 0, tokenDigest: '' };
  return callerMatcher([approver as CallerMatch])(caller);
}

/** The rules whose seats a proof fills; none where it does not hold. */
export async function rulesSignedFor(
  proof: Proof,
  signed: Omit<Signed, 'nonce' | 'expiresAt'>,
  usable: readonly UsableKey[],
  site: Site,
): Promise<readonly string[]> {
  const { nonce, expiresAt, ...assertion } = proof;
  const found = usable.find(({ key }) => key.credential === assertion.id);
  if (found === undefined) return [];
  return (await holds(assertion, challengeOf({ ...signed, nonce, expiresAt }), found.key, site)) ? found.rules : [];
}

/** Whether every signed seat of an approved question still has its quorum of signatures that hold. */
export async function isStillSigned(
  approval: Approval,
  enrolledOf: (by: Party) => Promise<readonly KeptKey[]>,
  site: Site | undefined,
  nowMs: number,
): Promise<boolean> {
  const signed = approval.seats.filter((seat) => seat.signed !== undefined);
  if (signed.length === 0) return true;
  if (site === undefined) return false;
  const yeses = new Map<string, number>();
  for (const { answer, by, proof, shown } of approval.answers) {
    if (answer !== 'approve' || proof === undefined || shown === undefined) continue;
    const usable = usableKeys(by, approval, await enrolledOf(by), nowMs);
    const rules = await rulesSignedFor(proof, { approval: approval.id, digest: shown, answer, by }, usable, site);
    for (const rule of rules) yeses.set(rule, (yeses.get(rule) ?? 0) + 1);
  }
  return signed.every(({ rule, quorum }) => (yeses.get(rule) ?? 0) >= quorum);
}
