import type { Preview, ShownChange } from '../../model/shown.ts';
import { lookedLines } from '../control/approval-text.ts';
import type { Paint } from '../control/paint.ts';
import { escapeControl } from '../escape-control.ts';
import { isYes, type PlanCall } from './plan-call.ts';
import type { PlanDocument } from './plan-document.ts';

type Line = readonly [text: string, paint?: ((text: string) => string) | undefined];

/** A plan as a person reads it; safe to print. */
export function planText({ calls, reads, command, exitCode }: PlanDocument, paint: Paint): string {
  const lines = [
    ...calls.flatMap((call, i) => callLines(call, i + 1, paint)),
    [summary(calls, reads), calls.every(isYes) ? paint.plain : paint.raised] as const,
    ...(exitCode === 0
      ? []
      : [[`the command itself ended with ${exitCode}: ${command.join(' ')}`, paint.raised] as const]),
  ];
  return `${lines
    .flatMap(([text, colour = (line: string) => line]) => text.split('\n').map((line) => colour(escapeControl(line))))
    .join('\n')}\n`;
}

function callLines(call: PlanCall, n: number, paint: Paint): readonly Line[] {
  const { operation, shown, refusal, holds = [] } = call;
  return [
    [`${n}. ${operation}`, paint.strong],
    ...verdictLines(call, paint),
    ...holds.map(
      ({ rule, reason, approvers, quorum }): Line => [
        `   rule ${rule}${reason === '' ? '' : ` (${reason})`}: ${quorum} of ${approvers.join(', ')}`,
      ],
    ),
    ...(refusal?.request === undefined ? [] : [[`   ask for it: ${refusal.request}`] as const]),
    ...(shown === undefined
      ? []
      : [
          ...shown.risks.map((risk): Line => [`   ! ${risk}`, paint.raised]),
          ...lookedLines(shortened(shown), paint).map(([text, colour]): Line => [indented(text), colour]),
          ...shown.missing.map((what): Line => [`   not shown: ${what}`, paint.raised]),
        ]),
  ];
}

function verdictLines({ verdict, outcome, rule, grant, refusal }: PlanCall, paint: Paint): readonly Line[] {
  switch (verdict) {
    case 'refused':
      return [[`   refused (${refusal?.code}): ${refusal?.message}`, paint.high]];
    case 'held':
      return [['   held: a person is asked first', paint.raised], ...outcomeLines(outcome, paint)];
    case 'allowed': {
      const by = rule === undefined ? '' : ` by rule \`${rule}\`${grant === undefined ? '' : `, grant ${grant}`}`;
      return [[`   allowed${by}`, paint.plain], ...outcomeLines(outcome, paint)];
    }
  }
}

function outcomeLines(outcome: PlanCall['outcome'], paint: Paint): readonly Line[] {
  switch (outcome) {
    case 'rejected':
      return [['   the target would not do it', paint.high]];
    case 'unknown':
      return [['   not foreseen, and not sent: what the command does after this may be otherwise', paint.high]];
    case 'untried':
      return [['   not tried at the target: it is of what this plan itself makes or deletes']];
    case 'done':
    case undefined:
      return [];
  }
}

/** Limit: characters of one value that a person is shown; `-o json` has all of it. */
const VALUE_MAX = 240;

function shortened({ changes, ...shown }: Preview): Preview {
  return changes === undefined ? shown : { ...shown, changes: changes.map(clipped) };
}

function clipped({ at, before, after }: ShownChange): ShownChange {
  const clip = (value: string) =>
    value.length <= VALUE_MAX
      ? value
      : `${value.slice(0, VALUE_MAX)}… (${value.length} characters; \`-o json\` has all)`;
  return {
    at,
    ...(before === undefined ? {} : { before: clip(before) }),
    ...(after === undefined ? {} : { after: clip(after) }),
  };
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `   ${line}`)
    .join('\n');
}

function summary(calls: readonly PlanCall[], reads: number): string {
  const count = (is: (call: PlanCall) => boolean) => calls.filter(is).length;
  const parts = [
    [count(({ verdict }) => verdict === 'allowed'), 'allowed'],
    [count(({ verdict }) => verdict === 'held'), 'held for a person'],
    [count(({ verdict }) => verdict === 'refused'), 'refused'],
    [count(({ outcome }) => outcome === 'rejected'), 'that the target would not do'],
    [count(({ outcome }) => outcome === 'unknown'), 'not foreseen'],
  ] as const;
  const told = parts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
  const asked = calls.length === 1 ? '1 call' : `${calls.length} calls`;
  return `plan: ${asked}${told.length === 0 ? '' : ` (${told.join(', ')})`}, and ${reads} reads, which passed; nothing was written, and nobody was asked`;
}
