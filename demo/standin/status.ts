/**
 * The API server's way to say no: a Status whose code is the HTTP status. The wording is the real server's, because clients print it and,
 * now and then, branch on it; test/conformance compares both.
 */

import type { Json, JsonObject } from './object.ts';

export interface Cause extends JsonObject {
  readonly reason: string;
  readonly message: string;
  readonly field?: string;
}

export class StatusError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: JsonObject | undefined;

  constructor(code: number, reason: string, message: string, details?: JsonObject) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  /** The body of the reply. */
  status(): JsonObject {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      ...(this.reason === '' ? {} : { reason: this.reason }),
      ...(this.details === undefined ? {} : { details: this.details }),
      code: this.code,
    };
  }
}

/** What a Status is about: the plural for what exists or not, the kind for what is invalid. */
export interface About {
  readonly group: string;
  readonly kind: string;
  readonly name?: string;
}

function details(about: About, rest: JsonObject = {}): JsonObject {
  const { name, group, kind } = about;
  return { ...(name ? { name } : {}), ...(group === '' ? {} : { group }), kind, ...rest };
}

function qualified(about: About): string {
  return about.group === '' ? about.kind : `${about.kind}.${about.group}`;
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

export function unauthorized(): StatusError {
  return new StatusError(401, 'Unauthorized', 'Unauthorized');
}

export function forbidden(about: About, why: string): StatusError {
  const named = about.name ? `${qualified(about)} "${about.name}"` : qualified(about);
  return new StatusError(403, 'Forbidden', `${named} is forbidden: ${why}`, details(about));
}

export function notFound(about: About): StatusError {
  return new StatusError(404, 'NotFound', `${qualified(about)} "${about.name ?? ''}" not found`, details(about));
}

/** No such resource under a group and version that are served. */
export function noSuchResource(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function methodNotAllowed(): StatusError {
  return new StatusError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );
}

export function alreadyExists(about: About): StatusError {
  return new StatusError(
    409,
    'AlreadyExists',
    `${qualified(about)} "${about.name ?? ''}" already exists`,
    details(about),
  );
}

export function conflict(about: About, why: string): StatusError {
  const message = `Operation cannot be fulfilled on ${qualified(about)} "${about.name ?? ''}": ${why}`;
  return new StatusError(409, 'Conflict', message, details(about));
}

export function modified(about: About): StatusError {
  return conflict(about, 'the object has been modified; please apply your changes to the latest version and try again');
}

export function expired(message: string): StatusError {
  return new StatusError(410, 'Expired', message);
}

/** What is wrong in a field, in the words of the API server's validation. */
export interface FieldProblem {
  readonly reason:
    | 'FieldValueTypeInvalid'
    | 'FieldValueInvalid'
    | 'FieldValueRequired'
    | 'FieldValueNotSupported'
    | 'FieldValueForbidden';
  readonly field: string;
  readonly message: string;
}

export function required(field: string, why = ''): FieldProblem {
  return { reason: 'FieldValueRequired', field, message: why === '' ? 'Required value' : `Required value: ${why}` };
}

export function invalidValue(field: string, value: Json, why: string): FieldProblem {
  return { reason: 'FieldValueInvalid', field, message: `Invalid value: ${JSON.stringify(value)}: ${why}` };
}

export function unsupportedValue(field: string, shown: string, supported: readonly string[]): FieldProblem {
  const list = supported.map((each) => JSON.stringify(each)).join(', ');
  return { reason: 'FieldValueNotSupported', field, message: `Unsupported value: ${shown}: supported values: ${list}` };
}

export function forbiddenField(field: string, why: string): FieldProblem {
  return { reason: 'FieldValueForbidden', field, message: `Forbidden: ${why}` };
}

export function invalid(about: About, problems: readonly FieldProblem[]): StatusError {
  const each = problems.map((problem) => `${problem.field}: ${problem.message}`);
  const text = each.length === 1 ? each[0] : `[${each.join(', ')}]`;
  const causes = problems.map(({ reason, message, field }) => ({ reason, message, field }));
  return new StatusError(
    422,
    'Invalid',
    `${qualified(about)} "${about.name ?? ''}" is invalid: ${text}`,
    details(about, { causes }),
  );
}

/** What the stand-in does not do, said in a sentence. */
export function notImplemented(message: string): StatusError {
  return new StatusError(501, 'NotImplemented', message);
}
