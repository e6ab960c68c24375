import { BOOL, DYN, listOf, mapOf, STRING, type Type } from './type.ts';
import type { Variable } from './variables.ts';

/** What the variables are, field by field: the checker's side of what variables.ts binds, and a test holds the two together. */
export const VARIABLE_TYPES: Readonly<Record<Variable, Type>> = {
  caller: {
    kind: 'record',
    name: 'caller',
    fields: { subject: STRING, groups: listOf(STRING), issuer: STRING, kind: STRING, labels: mapOf(STRING) },
  },
  operation: {
    kind: 'record',
    name: 'operation',
    fields: {
      target: STRING,
      verb: STRING,
      apiGroup: STRING,
      apiVersion: STRING,
      resource: STRING,
      subresource: STRING,
      namespace: STRING,
      name: STRING,
      path: STRING,
      power: STRING,
      labelSelector: STRING,
      fieldSelector: STRING,
      isChange: BOOL,
      dryRun: BOOL,
      force: BOOL,
      fieldManager: STRING,
      propagationPolicy: STRING,
      equals: listOf(STRING),
      query: mapOf(listOf(STRING)),
      container: STRING,
      argv: listOf(STRING),
      tty: BOOL,
      stdin: BOOL,
    },
  },
  object: DYN,
  existing: DYN,
  now: { kind: 'message', name: 'google.protobuf.Timestamp' },
};
