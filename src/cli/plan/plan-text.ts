import type { Preview, ShownChange } from '../../model/shown.ts';
import { counted } from '../../std/counted.ts';
import { lookedLines } from '../control/approval-text.ts';
import type { Paint } from '../control/paint.ts';
import { escapeControl } from '../escape-control.ts';
import type { PlanBudget } from './plan-budgets.ts';
import { isYes, type PlanCall } from './plan-call.ts';
import type { PlanDocument } from './plan-document.ts';
import type { PlanQuestion } from './plan-questions.ts';

type Line = readonly [text: string, paint?: ((text: string) => string) | undefined];

/** A plan as a person reads it; safe to print. */
export function planText({ calls, reads, command, exitCode, questions, budgets }: PlanDocument, paint: Paint): string {
  const lines = [
    ...calls.flatMap((call, i) => callLines(call, i + 1, paint)),
    ...budgets.flatMap((budget) => budgetLines(budget, paint)),
    ...questionLines(questions),
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

function verdictLines({ verdict, outcome, rule, grant, refusal, alone }: PlanCall, paint: Paint): readonly Line[] {
  switch (verdict) {
    case 'refused':
      return [[`   refused (${refusal?.code}): ${refusal?.message}`, paint.high]];
    case 'held':
      return [
        ['   held: a person is asked first', paint.raised],
        ...(alone === undefined ? [] : [[`   asked about by itself: ${alone}`] as const]),
        ...outcomeLines(outcome, paint),
      ];
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

/** Of budgets that the plan is over, which and from where on. */
function budgetLines({ budget, bounds, part, left, takes, overAt, over }: PlanBudget, paint: Paint): readonly Line[] {
  if (overAt === undefined) return [];
  const of = part === undefined ? '' : `, of ${part}`;
  const known = bounds === undefined ? '' : ` (${bounds}${of})`;
  const room =
    left === undefined
      ? ''
      : `: ${number(left)} left${takes === undefined ? '' : `, and the plan takes ${number(takes)}`}`;
  const what = over === 'held' ? 'for which a person is asked' : 'which is refused';
  return [[`budget \`${budget}\`${known}${room}; over from call ${overAt} on, ${what}`, paint.high]];
}

function number(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** What would be asked, where one yes could be for more than one call. */
function questionLines(questions: readonly PlanQuestion[]): readonly Line[] {
  if (questions.every(({ kind }) => kind === 'one')) return [];
  return [
    [`persons would be asked ${counted(questions.length, 'question')}:`],
    ...questions.flatMap(({ calls, kind, covers = [] }): readonly Line[] => {
      const [first, ...others] = calls;
      const more = others.length === 0 ? '' : ` and ${others.join(', ')}`;
      if (kind === 'helm')
        return [
          [
            `  about call ${first}; the yes covers${more === '' ? '' : `${more.slice(4)}, and`} all that its release says:`,
          ],
          ...covers.map((what): Line => [`    ${what}`]),
        ];
      if (kind === 'command')
        return [
          [
            `  about call ${first}; the yes can be widened to the rest of the command${more === '' ? '' : ` (${others.join(', ')})`}`,
          ],
        ];
      return [[`  about call ${first}`]];
    }),
  ];
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
  const parenthesis = told.length === 0 ? '' : ` (${told.join(', ')})`;
  const passed = `${counted(reads, 'read')}, which passed`;
  return `plan: ${counted(calls.length, 'call')}${parenthesis}, and ${passed}; nothing was written, whatever the command said, and nobody was asked`;
}
