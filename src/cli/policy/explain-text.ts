import type { Explanation, NamedRule } from '../../policy/analysis/explain.ts';
import type { Question } from '../../policy/question.ts';
import { escapeControl } from '../escape-control.ts';
import type { OfflineRequest } from './offline-request.ts';

/** An explanation for people, line by line; safe to print. */
export function explanationLines(
  request: OfflineRequest,
  { caller, operation }: Question,
  explanation: Explanation,
): readonly string[] {
  const { decision, alsoMatch, undecided, nearest, facts } = explanation;
  const groups = caller.groups.length === 0 ? '' : `, in ${caller.groups.join(', ')}`;
  const lines = [
    `${decision.effect}: ${'reason' in decision ? decision.reason : `rule \`${decision.rule}\` allows it`}`,
    ...('advice' in decision && decision.advice !== '' ? [`  advice     ${decision.advice}`] : []),
    `  decided by ${decider(explanation)}`,
    `  request    ${request.method} ${request.uri}`,
    `  operation  ${operationWords(operation)}`,
    `  caller     ${caller.subject} (${caller.kind}, issuer ${caller.issuer}${groups})`,
    ...(decision.effect === 'allow' && decision.amend !== undefined
      ? [`  amended by ${decision.amend.map((edit) => JSON.stringify(edit)).join(', ')}`]
      : []),
    `  facts      used: ${facts.used.join(', ') || 'none'}; unknown: ${facts.unknown.join(', ') || 'none'}`,
    ...(isBlind(operation)
      ? ['  note       no body is given, so rules and guards that look into it are not judged']
      : []),
    ...section('these match too:', alsoMatch, () => []),
    ...section('these hang on facts that are not known:', undecided, ({ missing }) => [
      `needs ${missing.join(', ') || 'a condition that broke off'}`,
    ]),
    ...section('nearest rules that do not match:', nearest, ({ differences }) =>
      differences.map(({ field, rule, question }) => `${field}: the rule has ${rule}; asked is ${question}`),
    ),
  ];
  return lines.map(escapeControl);
}

function decider({ decision, decidedBy }: Explanation): string {
  if (decidedBy !== undefined) return named(decidedBy);
  if (decision.effect !== 'deny') return decision.rule;
  return decision.by === 'silence' ? 'silence' : `guard ${decision.rule}`;
}

function named({ effect, id, source }: NamedRule): string {
  return `${effect} ${id} (${source.file}:${source.line})`;
}

function section<R extends NamedRule>(
  title: string,
  rules: readonly R[],
  remarks: (rule: R) => readonly string[],
): string[] {
  if (rules.length === 0) return [];
  return [title, ...rules.flatMap((rule) => [`  ${named(rule)}`, ...remarks(rule).map((remark) => `      ${remark}`)])];
}

/** An operation in a line: `delete pods web in prod on demo`. */
export function operationWords(operation: Question['operation']): string {
  const { verb, apiGroup, resource, subresource, namespace, name, path, target, power, equals } = operation;
  if (!operation.isResourceRequest) return `${verb} ${path} on ${target}`;
  const kind = `${resource}${subresource === '' ? '' : `/${subresource}`}${apiGroup === '' ? '' : `.${apiGroup}`}`;
  const where = namespace === '' ? '' : ` in ${namespace}`;
  const beside = [
    power === undefined ? '' : `power ${power}`,
    ...equals.map((each) => `equals a delete: ${each}`),
  ].filter(Boolean);
  const more = beside.length === 0 ? '' : ` [${beside.join(', ')}]`;
  return `${verb} ${kind}${name === '' ? '' : ` ${name}`}${where} on ${target}${more}`;
}

function isBlind({ verb, body, subresource, isResourceRequest }: Question['operation']): boolean {
  return (
    isResourceRequest && body === undefined && subresource !== 'exec' && ['update', 'patch', 'create'].includes(verb)
  );
}
