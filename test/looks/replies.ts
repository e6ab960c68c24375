/* What `/api/v1` answers where a page's state says nothing else; each answer is held against the contract, so that none is looked at that no gateway gives. */
import type { z } from 'zod';
import { approvalSchema } from '../../src/control/approval-contract.ts';
import {
  grantSchema,
  grantUseSchema,
  healthSchema,
  killSchema,
  meSchema,
  pageOf,
  presentSchema,
  refusalSchema,
  signInSchema,
  statusSchema,
  targetSchema,
} from '../../src/control/contract.ts';
import { delegationSchema } from '../../src/control/delegations/delegation-contract.ts';
import { keySchema } from '../../src/control/key-contract.ts';
import { noticeSchema } from '../../src/control/notices/notice-contract.ts';
import {
  policyFilesSchema,
  policySchema,
  shadowSchema,
  triedSchema,
  whoCanSchema,
  whyAnswerSchema,
} from '../../src/control/policy-contract.ts';
import { sessionSchema, storySchema, wholeExchangeSchema } from '../../src/control/session-contract.ts';
import { targetCheckSchema } from '../../src/control/targets/target-check-contract.ts';
import { undoSchema } from '../../src/control/undo-contract.ts';
import { DELEGATIONS } from './shown/delegations.ts';
import * as gateway from './shown/gateway.ts';
import * as grants from './shown/grants.ts';
import { self } from './shown/people.ts';
import * as questions from './shown/questions.ts';
import * as sessions from './shown/sessions.ts';
import type { Replies, Reply } from './stage.ts';

/** An answer that the contract lets pass. @throws {z.ZodError} it does not */
export function of(schema: z.ZodType, json: unknown): Reply {
  schema.parse(json);
  return { json };
}

/** A page of a list. */
export function listOf(item: z.ZodType, items: readonly unknown[], next: string | null = null): Reply {
  return of(pageOf(item), { items, next });
}

export const approvals = (items: readonly unknown[]) => listOf(approvalSchema, items);
export const approval = (item: unknown) => of(approvalSchema, item);
export const grant = (item: unknown) => of(grantSchema, item);
export const grantList = (items: readonly unknown[]) => listOf(grantSchema, items);
export const sessionList = (items: readonly unknown[], next: string | null = null) =>
  listOf(sessionSchema, items, next);
export const exchange = (item: unknown) => of(wholeExchangeSchema, item);
export const me = (part: object = {}) => of(meSchema, self(part));
export const issuers = (names: readonly string[]) =>
  of(signInSchema, { items: names.map((issuer) => ({ issuer, path: `/sign-in?issuer=${issuer}` })), next: null });
export const delegationList = (items: readonly unknown[]) => listOf(delegationSchema, items);
export const noticeList = (items: readonly unknown[]) => listOf(noticeSchema, items);
export const targetList = (items: readonly unknown[]) => listOf(targetSchema, items);
export const keyList = (items: readonly unknown[]) => listOf(keySchema, items);
export const status = (item: unknown) => of(statusSchema, item);
export const policy = (item: unknown) => of(policySchema, item);

const { PENDING, ANSWERED, APPROVED, DELETION, SCALE } = questions;

export const ORDINARY: Replies = {
  '/me': me(),
  '/sign-in': issuers(['people']),
  '/approvals': approvals([...PENDING, ...ANSWERED]),
  '/approvals?state=pending': approvals(PENDING),
  [`/approvals/${APPROVED.id}`]: approval(APPROVED),
  [`/approvals/${DELETION.id}`]: approval(DELETION),
  [`/approvals/${SCALE.id}`]: approval(SCALE),
  '/grants?state=live': grantList(grants.GRANTS),
  '/grants?state=pending': grantList(grants.PENDING_GRANTS),
  '/grants?state=ended': grantList(grants.ENDED_GRANTS),
  '/grants/g-1/use': of(grantUseSchema, grants.USE),
  '/who': listOf(presentSchema, grants.PRESENT),
  '/kills': listOf(killSchema, []),
  '/refusals': listOf(refusalSchema, grants.REFUSALS),
  '/targets': listOf(targetSchema, gateway.TARGETS),
  '/health': of(healthSchema, { version: '0.1.0', store: 'answers' }),
  '/gateway': status(gateway.WELL),
  '/sessions': sessionList(sessions.SESSIONS),
  '/sessions/s-1': of(storySchema, sessions.STORY),
  '/sessions/s-1?outcome=open': of(storySchema, sessions.OPEN_CALLS),
  '/exchanges/e-10': exchange(sessions.CHANGE),
  '/exchanges/e-05': exchange(sessions.EARLIER),
  '/exchanges/e-11': exchange(sessions.REFUSED),
  '/exchanges/e-12': exchange(sessions.TERMINAL),
  '/exchanges/e-12/recording': { lines: sessions.CAST },
  '/exchanges/e-10/undo': of(undoSchema, gateway.WAY_BACK),
  '/policy': policy(gateway.POLICY),
  '/policy/files': of(policyFilesSchema, gateway.FILES),
  '/policy/why': of(whyAnswerSchema, gateway.WHY),
  '/policy/who-can': of(whoCanSchema, gateway.WHO_CAN),
  '/policy/shadow': of(shadowSchema, gateway.SHADOW),
  '/policy/proposals/try': of(triedSchema, gateway.TRIED),
  '/targets/prod-eu/check': of(targetCheckSchema, gateway.LOOKED),
  '/notices': noticeList([]),
  '/keys': keyList(gateway.KEYS),
  '/delegations': delegationList(DELEGATIONS),
};
