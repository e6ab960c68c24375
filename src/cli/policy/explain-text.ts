import type { Explanation, NamedRule } from '../../policy/analysis/explain.ts';
import type { FactKind } from '../../policy/facts.ts';
import type { Question } from '../../policy/question.ts';
import { unreachable } from '../../std/unreachable.ts';
import { escapeControl } from '../escape-control.ts';
import type { OfflineRequest } from './offline-request.ts';

/** An explanation for people, line by line; safe to print. `masks`: those of policy that speak to the caller of it. */
export function explanationLines(
  request: OfflineRequest,
  { caller, operation }: Pick<Question, 'caller' | 'operation'>,
  explanation: Explanation,
  masks: readonly string[] = [],
): readonly string[] {
  const { decision, alsoMatch, undecided, nearest, facts } = explanation;
  const groups = caller.groups.length === 0 ? '' : `, in ${caller.groups.join(', ')}`;
  const lines = [
    ...answerLines(explanation, operation),
    ...('advice' in decision && decision.advice !== '' ? [`  advice     ${decision.advice}`] : []),
    `  decided by ${decider(explanation)}`,
    `  request    ${request.method} ${request.uri}`,
    `  operation  ${operationWords(operation)}`,
    `  caller     ${caller.subject} (${caller.kind}, issuer ${caller.issuer}${groups})`,
    ...(decision.effect === 'allow' && decision.amend !== undefined
      ? [`  amended by ${decision.amend.map((edit) => JSON.stringify(edit)).join(', ')}`]
      : []),
    ...(masks.length === 0 ? [] : [`  masks      ${masks.join(', ')}, beside the default ones`]),
    ...(decision.effect === 'allow' && decision.unmask !== undefined
      ? [`  shows      ${decision.unmask.join(', ')}`]
      : []),
    `  facts      used: ${facts.used.join(', ') || 'none'}; unknown: ${facts.unknown.join(', ') || 'none'}`,
    ...(request.note === undefined ? [] : [`  note       ${request.note}`]),
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

/** A decision that a fact could change is none: it is told what it hangs on, and how that is given. */
function answerLines({ decision, facts }: Explanation, operation: Question['operation']): readonly string[] {
  const told = `${decision.effect}: ${'reason' in decision ? decision.reason : `rule \`${decision.rule}\` allows it`}`;
  if (facts.unknown.length === 0) return [told];
  return [
    `unknown: it hangs on ${facts.unknown.map((kind) => HANGS_ON[kind]).join(' and ')}, which the gateway looks up`,
    ...facts.unknown.map((kind) => `  give it    in --facts FILE, under \`${kind}\`: ${howToGive(kind, operation)}`),
    `  without    ${told}`,
  ];
}

const HANGS_ON: Record<FactKind, string> = {
  existing: 'the live object',
  result: 'what the patch would make',
  pod: 'the pod',
  namespaceLabels: 'the labels of the namespace',
  services: 'the services in front of the pod',
  lastDone: 'when its caller last did the like',
};

function howToGive(kind: FactKind, { apiGroup, resource, namespace, name }: Question['operation']): string {
  const place = namespace === '' ? '' : ` -n ${namespace}`;
  const object = `${resource}${apiGroup === '' ? '' : `.${apiGroup}`} ${name}`.trim();
  switch (kind) {
    case 'existing':
      return `what \`kubectl get ${object}${place} -o yaml\` prints, or null where there is none`;
    case 'result':
      return `what the same patch with \`--dry-run=server -o yaml\` prints`;
    case 'pod':
      return `what \`kubectl get pod ${name}${place} -o yaml\` prints, or null where there is none`;
    case 'namespaceLabels':
      return `what \`kubectl get namespace ${namespace} -o jsonpath='{.metadata.labels}'\` prints, or null where there is none`;
    case 'services':
      return 'the names of the services whose endpoints the pod is in, as a list';
    case 'lastDone':
      return 'the instant, such as `2026-05-04T09:30:00Z`, or null where it has not in 30 days';
    default:
      return unreachable(kind);
  }
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
