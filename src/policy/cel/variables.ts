/*
 * What a condition sees. `caller`, `operation` and `now` are always there. `object` is what would be stored: the body of a create or update, the result of a
 * patch, null otherwise. `existing` is the live object, null where there is none. The last two may have to be looked up.
 */
import type { CelInput } from '@bufbuild/cel';
import { create } from '@bufbuild/protobuf';
import { TimestampSchema } from '@bufbuild/protobuf/wkt';
import type { Caller } from '../../model/caller.ts';
import type { Operation } from '../../model/operation.ts';
import type { Question } from '../question.ts';
import { BROKEN, missing, type Truth, YES } from '../truth.ts';
import { celJson } from './value.ts';

/** The variables by name; the checker knows no others. */
export const VARIABLES = ['caller', 'operation', 'object', 'existing', 'now'] as const;

export type Variable = (typeof VARIABLES)[number];

/** A variable's value, or what is missing for it. */
export type Binding = { readonly value: CelInput; readonly longestText?: number } | { readonly missing: Truth };

/** What was bound for a question: many conditions ask for the same, and an object can be large. */
const bound = new WeakMap<Question, Map<Variable, Binding>>();

/**
 * The value of one variable for a question.
 *
 * @throws {RangeError} an object goes over a limit of CEL's
 */
export function bind(variable: Variable, question: Question): Binding {
  const known = bound.get(question) ?? new Map<Variable, Binding>();
  if (known.size === 0) bound.set(question, known);
  const binding = known.get(variable) ?? bindAnew(variable, question);
  known.set(variable, binding);
  return binding;
}

function bindAnew(variable: Variable, question: Question): Binding {
  switch (variable) {
    case 'caller':
      return { value: callerValue(question.caller) };
    case 'operation':
      return { value: operationValue(question.operation) };
    case 'object':
      return objectBinding(question);
    case 'existing':
      return existingBinding(question);
    case 'now':
      return { value: timestamp(question.nowMs) };
  }
}

function objectBinding({ operation, facts }: Question): Binding {
  if (operation.body === undefined || operation.verb === 'delete' || operation.verb === 'deletecollection')
    return { value: null };
  if (operation.body.patch !== undefined) {
    const { result } = facts;
    return result === undefined || result === 'unknown' ? { missing: missing('result') } : celJson(result);
  }
  if (operation.body.object !== undefined) return celJson(operation.body.object);
  return operation.body.bytes.length === 0 ? { value: null } : { missing: BROKEN };
}

function existingBinding({ operation, facts }: Question): Binding {
  if (!operation.isResourceRequest || operation.name === '') return { value: null };
  const { existing } = facts;
  if (existing === undefined || existing === 'unknown') return { missing: missing('existing') };
  return existing === null ? { value: null } : celJson(existing);
}

function callerValue({ subject, groups, issuer, kind, labels }: Caller): CelInput {
  return new Map<string, CelInput>([
    ['subject', subject],
    ['groups', groups as string[]],
    ['issuer', issuer],
    ['kind', kind],
    ['labels', new Map(Object.entries(labels))],
  ]);
}

function operationValue(operation: Operation): CelInput {
  const { options, stream } = operation;
  return new Map<string, CelInput>([
    ['target', operation.target],
    ['verb', operation.verb],
    ['apiGroup', operation.apiGroup],
    ['apiVersion', operation.apiVersion],
    ['resource', operation.resource],
    ['subresource', operation.subresource],
    ['namespace', operation.namespace],
    ['name', operation.name],
    ['path', operation.path],
    ['power', operation.power ?? ''],
    ['labelSelector', operation.labelSelector],
    ['fieldSelector', operation.fieldSelector],
    ['isChange', operation.isChange],
    ['dryRun', options.isDryRun],
    ['force', options.force ?? false],
    ['fieldManager', options.fieldManager ?? ''],
    ['propagationPolicy', options.propagationPolicy ?? ''],
    ['equals', operation.equals as string[]],
    ['query', new Map([...operation.query].map(([key, values]) => [key, values as string[]]))],
    ['container', stream?.container ?? ''],
    ['argv', (stream?.argv ?? []) as string[]],
    ['tty', stream?.isTty ?? false],
    ['stdin', stream?.isStdin ?? false],
  ]);
}

function timestamp(atMs: number): CelInput {
  const seconds = Math.floor(atMs / 1000);
  return create(TimestampSchema, { seconds: BigInt(seconds), nanos: Math.round(atMs - seconds * 1000) * 1_000_000 });
}

/** What is missing of all bindings together; yes where nothing is. */
export function missingOf(bindings: readonly Binding[]): Truth {
  return bindings.reduce((sum, binding) => sum | ('missing' in binding ? binding.missing : YES), YES);
}
