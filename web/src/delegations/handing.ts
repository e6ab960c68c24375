/* What is typed to hand on what one answers, what is wrong with it, what is sent, and the command that says the same. Pure; the gateway checks all of it again. */

import { delegationTexts } from '../words/delegation-texts.ts';
import { lengthMs } from '../words/duration.ts';
import { commandLine } from '../words/shell-word.ts';

/** Limit of the gateway's: seven days, in milliseconds. */
const LENGTH_MS_MAX = 7 * 24 * 3_600_000;

/** The fields as they are typed. */
export interface Handing {
  readonly to: string;
  readonly issuer: string;
  readonly length: string;
  readonly rules: readonly string[];
  readonly reason: string;
}

export const NOTHING_HANDED: Handing = { to: '', issuer: '', length: '8h', rules: [], reason: '' };

/** What is wrong, by field. */
export function mistakesOfHanding({ to, length, reason }: Handing): Partial<Record<keyof Handing, string>> {
  const ms = lengthMs(length.trim());
  return {
    ...(to.trim() === '' ? { to: delegationTexts.wrong.to } : {}),
    ...(ms === undefined || ms > LENGTH_MS_MAX ? { length: delegationTexts.wrong.length } : {}),
    ...(reason.trim() === '' ? { reason: delegationTexts.wrong.reason } : {}),
  };
}

/** What is sent. */
export function handedBody({ to, issuer, length, rules, reason }: Handing) {
  return {
    to: { subject: to.trim(), ...(issuer.trim() === '' ? {} : { issuer: issuer.trim() }) },
    for: length.trim(),
    rules,
    reason: reason.trim(),
  };
}

/** The command that hands on the same. */
export function handingCommand({ to, issuer, length, rules, reason }: Handing): string {
  const or = (text: string) => (text.trim() === '' ? '…' : text.trim());
  return commandLine(
    ...['sallyport', 'approvals', 'delegate', '--to', or(to)],
    ...(issuer.trim() === '' ? [] : ['--issuer', issuer.trim()]),
    ...['--for', or(length)],
    ...rules.flatMap((rule) => ['--rule', rule]),
    ...['--reason', or(reason)],
  );
}
