import type { ApprovalView } from '../../control/approval-contract.ts';
import { counted } from '../../std/counted.ts';
import { durationText } from '../../std/duration.ts';
import { escapeControl } from '../escape-control.ts';
import { type Paint, plain } from './paint.ts';

type ShownView = ApprovalView['shown'];
type RequestView = Omit<ShownView, 'planned'>;

/**
 * A question as a person reads it, whole; safe to print. T78: what cannot be seen is drawn, and nothing is cut. The caller's own words stand last, as a quotation.
 */
export function approvalText(approval: ApprovalView, paint: Paint = plain): string {
  return `${approvalLines(approval, paint).join('\n')}\n`;
}

/** The same, line by line. */
export function approvalLines(approval: ApprovalView, paint: Paint = plain): readonly string[] {
  const { shown, asker } = approval;
  const painted: readonly Line[] = [
    [`risk: ${shown.risk}`, paint[shown.risk]],
    ...shown.risks.map((risk) => [`! ${risk}`, paint[shown.risk]] as const),
    [
      `${asker.subject} (${asker.kind}, ${asker.issuer}${asker.person === undefined ? '' : `, for ${asker.person}`}) asks to`,
    ],
    [`  ${shown.operation}`, paint.strong],
    [`on ${approval.target}${approval.grant === undefined ? '' : ', as a grant'}: ${shown.asked}`],
    ...requestLines(shown, paint),
    ...plannedLines(shown, paint),
    ...(approval.preview === 'looking'
      ? [['what it would do is being looked up; look again in a moment', paint.raised] as const]
      : []),
    ...(shown.undo === undefined ? [] : [[`way back: ${shown.undo}`] as const]),
    ...(shown.amended ?? []).map((what) => [`a yes amends it: ${what}`, paint.strong] as const),
    ...restLines(shown),
    ...shown.mayDiffer.map((what) => [`may differ when it is run again: ${what}`] as const),
    ...shown.missing.map((what) => [`not shown: ${what}`, paint.raised] as const),
    ...(shown.task === undefined ? [] : [[`its token was given for: “${shown.task}”`] as const]),
    ...(shown.reason === '' ? [] : [[`in its own words: “${shown.reason}”`] as const]),
    [''],
    ...stateLines(approval),
  ];
  return painted.flatMap(([text, colour = (line: string) => line]) =>
    text.split('\n').map((line) => colour(escapeControl(line))),
  );
}

type Line = readonly [text: string, paint?: ((text: string) => string) | undefined];

function block(name: string, text: string | undefined): readonly Line[] {
  if (text === undefined || text === '') return [];
  return [[`${name}:`], ...text.split('\n').map((line) => [`  ${line}`] as const)];
}

/** What is sent, and what it would do. */
function requestLines(shown: RequestView, paint: Paint): readonly Line[] {
  return [
    ...block('command', shown.argv?.map((word) => JSON.stringify(word)).join(' ')),
    ...block('body', shown.body),
    ...lookedLines(shown, paint),
  ];
}

/** Each request of a planned command. T78: whole. */
function plannedLines({ planned = [] }: ShownView, paint: Paint): readonly Line[] {
  return planned.flatMap((one, i): readonly Line[] => [
    [`${i + 1}. ${one.operation}`, paint.strong],
    ...[
      [one.asked] as const,
      ...one.risks.map((risk): Line => [`! ${risk}`, paint[one.risk]]),
      ...requestLines(one, paint),
      ...(one.undo === undefined ? [] : [[`way back: ${one.undo}`] as const]),
      ...one.mayDiffer.map((what) => [`may differ when it is run again: ${what}`] as const),
      ...one.missing.map((what): Line => [`not shown: ${what}`, paint.raised]),
    ].map(([text, colour]): Line => [indented(text), colour]),
  ]);
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `   ${line}`)
    .join('\n');
}

/** What was looked up of what it would do, line by line. */
export function lookedLines(shown: Looked, paint: Paint): readonly Line[] {
  return [...changeLines(shown, paint), ...previewLines(shown)];
}

type Looked = DeepReadonly<
  Pick<
    ShownView,
    'changes' | 'losses' | 'volumes' | 'scale' | 'share' | 'budgets' | 'uses' | 'gains' | 'pod' | 'before'
  >
>;

type DeepReadonly<T> = { readonly [key in keyof T]: DeepReadonly<T[key]> };

function changeLines({ changes }: Looked, paint: Paint): readonly Line[] {
  if (changes === undefined) return [];
  if (changes.length === 0) return [['changes: none, by the target’s own dry run']];
  return [
    ['changes, by the target’s own dry run:'],
    ...changes.flatMap(({ at, before, after }): readonly Line[] => [
      [`  ${at}`, paint.strong],
      ...(before === undefined ? [] : [[`  - ${before}`, paint.removed] as const]),
      ...(after === undefined ? [] : [[`  + ${after}`, paint.added] as const]),
    ]),
  ];
}

function previewLines({ losses, volumes, scale, share, budgets, uses, gains, pod, before }: Looked): readonly Line[] {
  const list = (name: string, lines: readonly string[] | undefined) => block(name, lines?.join('\n'));
  return [
    ...(losses?.length === 0 ? [['nothing goes with it'] as const] : []),
    ...list('goes with it', losses?.map(lossText)),
    ...list(
      'volumes',
      volumes?.map(
        ({ claim, reclaims }) => `${claim}: ${reclaims === '' ? 'not known what becomes of its data' : reclaims}`,
      ),
    ),
    ...(scale === undefined ? [] : [[`replicas: ${scale.from} to ${scale.to}`] as const]),
    ...(share === undefined ? [] : [[shareText(share)] as const]),
    ...list(
      'disruption budgets',
      budgets?.map(({ name, allows }) => `${name}: allows ${allows} now`),
    ),
    ...list(
      'is given to',
      uses?.map(({ kind, names, count, as }) => `${count} ${kind}, as ${as.join(' and ')}: ${some(names, count)}`),
    ),
    ...list(
      'gives rights',
      gains?.flatMap(({ who, may }) => [
        `${who.length === 0 ? 'to nobody yet' : `to ${who.join(', ')}`}:`,
        ...may.map((rule) => `  ${rule}`),
      ]),
    ),
    ...list(
      'runs in',
      pod === undefined
        ? undefined
        : [
            `container ${pod.container} (${pod.image}) on node ${pod.node}, as service account ${pod.serviceAccount}`,
            ...pod.privileges,
          ],
    ),
    ...beforeLines(before),
  ];
}

function shareText({ workload, taken, replicas, ready }: NonNullable<Looked['share']>): string {
  const now = ready === undefined ? '' : `, ${ready} ready now`;
  return `of the pods of ${workload}: ${taken} of ${replicas} at once (${Math.round((100 * taken) / replicas)} %${now})`;
}

function beforeLines(before: Looked['before']): readonly Line[] {
  if (before === undefined) return [];
  const { asked, approved, rejected, alike, alikeBy, isAtLeast, session, noSession } = before;
  const by = alike === 0 ? '' : `, by ${alikeBy.join(', ')}`;
  const more = isAtLeast === true ? '; each at least' : '';
  return [
    [
      `asked in the hour before: ${asked} (${approved} approved, ${rejected} rejected); the like was approved ${counted(alike, 'time')}${by}${more}`,
    ],
    ...(noSession === undefined ? [] : [[`not shown: what it did in its session: ${noSession}`] as const]),
    ...(session === undefined
      ? []
      : [
          [
            `in its session before: ${counted(session.requests, 'request')}, ${session.changes} of them changes; ${session.refused} refused, ${session.failed} failed${session.since === undefined ? '' : `; since ${session.since}`}`,
          ] as const,
          ...session.last.map((what): Line => [`  ${what}`]),
        ]),
  ];
}

function restLines({ rest, planned }: ShownView): readonly Line[] {
  if (rest === undefined) return [];
  if (planned !== undefined)
    return [
      [`a yes covers exactly these ${rest.usesMax}, each once, for ${rest.forMs / 1_000} s, when the command is run`],
    ];
  if (rest.covers !== undefined)
    return [
      [
        `a yes covers the rest of it: ${counted(rest.usesMax, 'request')} of the same token and ${rest.forMs / 1_000} s at most`,
      ],
      ...rest.covers.map((what): Line => [`  ${what}`]),
    ];
  const bounds = `${rest.verbs.join(', ')} in the same namespace, held by the same rules, by the same token; no delete; ${counted(rest.usesMax, 'request')} and ${rest.forMs / 1_000} s at most`;
  return [
    [`can be widened to the rest of its command: ${bounds}`],
    ...rest.earlier.map((what): Line => [`  asked before: ${what}`]),
  ];
}

function coveredLines({ rest, restOf }: ApprovalView): readonly Line[] {
  return [
    ...(restOf === undefined ? [] : [[`covered by the yes to ${restOf}; nobody was asked`] as const]),
    ...(rest === undefined
      ? []
      : [
          [
            `covers the rest of its command: ${rest.verbs.join(', ')}, ${rest.uses.length} of ${rest.usesMax} requests, until ${rest.until}`,
          ] as const,
          ...rest.uses.map(({ operation, at, exchange }): Line => [`  ${at}  ${operation}  (exchange ${exchange})`]),
        ]),
  ];
}

function stateLines(approval: ApprovalView): readonly Line[] {
  return [
    ...approval.rules.flatMap(({ rule, reason, approvers, quorum, missing, freshMs, later }): readonly Line[] => [
      [
        `rule ${rule}${reason === '' ? '' : ` (${reason})`}: ${quorum} of ${approvers.join(', ')}; ${missing} missing${freshMs === undefined ? '' : `; a yes wants a sign-in of the last ${durationText(freshMs)}`}`,
      ],
      ...later.map(({ at, approvers: others }): Line => [`  from ${at} on also ${others.join(', ')}`]),
    ]),
    ...approval.words.map(
      ({ subject, isAsker, text, at }) =>
        [`${subject}${isAsker ? ', who asks,' : ''} says at ${at}: “${text}”`] as const,
    ),
    ...approval.answers.map(
      ({ answer, subject, at, reason, rest, isBreakGlass, inPlaceOf }) =>
        [
          `${isBreakGlass === true ? 'glass broken, alone: ' : ''}${answer}${rest === undefined ? '' : ' with the rest of its command'} by ${subject}${inPlaceOf === undefined ? '' : `, in the place of ${inPlaceOf.join(' and ')},`} at ${at}${reason === '' ? '' : `: “${reason}”`}`,
        ] as const,
    ),
    ...coveredLines(approval),
    ...(approval.inPlaceOf === undefined
      ? []
      : [[`you would answer in the place of ${approval.inPlaceOf.join(' and ')}`] as const]),
    [
      `${approval.state}, ${approval.exchange}${approval.status === undefined ? '' : ` (${approval.status})`}; asked at ${approval.askedAt}, open until ${approval.closesAt}${approval.goodUntil === undefined ? '' : `, good until ${approval.goodUntil}`}`,
    ],
    [`digest ${approval.digest}`],
  ];
}

function lossText({ kind, count, names, running }: NonNullable<Looked['losses']>[number]): string {
  return `${count} ${kind}${running === undefined ? '' : ` (${running} running)`}: ${some(names, count)}`;
}

function some(names: readonly string[], count: number): string {
  const more = count - names.length;
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
