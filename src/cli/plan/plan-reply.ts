import type { JsonObject } from '../../model/operation.ts';
import type { Planned } from '../../model/planned.ts';

/** An answer to the command, whole. */
export interface PlanReply {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

/** A document. */
export function reply(status: number, object: JsonObject): PlanReply {
  return { status, contentType: 'application/json', body: Buffer.from(JSON.stringify(object)) };
}

/** A `Status` that says no. */
export function failure(code: number, reason: string, message: string): PlanReply {
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
  return reply(code, status);
}

/** A `Status` that says that an object goes. Its uid is none that there is: kubectl, which looks until the object is another one, then looks no longer. */
export function success({ name, apiGroup, resource, subresource }: Planned): PlanReply {
  const details = { name, group: apiGroup, kind: resource, uid: 'planned' };
  const code = subresource === 'eviction' ? 201 : 200;
  return reply(code, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details, code });
}
