import type { ApprovalView } from '../../control/approval-contract.ts';
import { escapeControl } from '../escape-control.ts';

/**
 * A question as a person reads it, whole; safe to print. T78: what cannot be seen is drawn, and nothing is cut. The caller's own words stand last, as a quotation.
 */
export function approvalText(approval: ApprovalView): string {
  const { shown, asker } = approval;
  const lines = [
    `${asker.subject} (${asker.kind}, ${asker.issuer}${asker.person === undefined ? '' : `, for ${asker.person}`}) asks to`,
    `  ${shown.operation}`,
    `on ${approval.target}${approval.grant === undefined ? '' : ', as a grant'}: ${shown.asked}`,
    ...shown.risks.map((risk) => `! ${risk}`),
    ...block('command', shown.argv?.map((word) => JSON.stringify(word)).join(' ')),
    ...block('body', shown.body),
    ...block('changes', shown.changes?.map(changeText).join('\n')),
    ...block('goes with it', shown.losses?.map(lossText).join('\n')),
    ...shown.mayDiffer.map((what) => `may differ when it is run again: ${what}`),
    ...shown.missing.map((what) => `not shown: ${what}`),
    ...(shown.reason === '' ? [] : [`in its own words: “${shown.reason}”`]),
    '',
    ...approval.rules.map(
      ({ rule, reason, approvers, quorum, missing }) =>
        `rule ${rule}${reason === '' ? '' : ` (${reason})`}: ${quorum} of ${approvers.join(', ')}; ${missing} missing`,
    ),
    ...approval.answers.map(
      ({ answer, subject, at, reason }) => `${answer} by ${subject} at ${at}${reason === '' ? '' : `: “${reason}”`}`,
    ),
    `${approval.state}, ${approval.exchange}${approval.status === undefined ? '' : ` (${approval.status})`}; asked at ${approval.askedAt}, open until ${approval.closesAt}${approval.goodUntil === undefined ? '' : `, good until ${approval.goodUntil}`}`,
    `digest ${approval.digest}`,
  ];
  return `${lines
    .flatMap((line) => line.split('\n'))
    .map(escapeControl)
    .join('\n')}\n`;
}

function block(name: string, text: string | undefined): readonly string[] {
  if (text === undefined || text === '') return [];
  return [`${name}:`, ...text.split('\n').map((line) => `  ${line}`)];
}

type Change = NonNullable<ApprovalView['shown']['changes']>[number];

function changeText({ at, before, after }: Change): string {
  const was = before === undefined ? [] : [`- ${before}`];
  return [at, ...was, ...(after === undefined ? [] : [`+ ${after}`])].join('\n');
}

function lossText({ kind, count, names }: NonNullable<ApprovalView['shown']['losses']>[number]): string {
  const more = count - names.length;
  return `${count} ${kind}: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
