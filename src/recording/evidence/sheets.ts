/*
 * The sheets of an auditor's bundle: each a question that an auditor asks, and the columns of its answer. Which control each bears on is in controls.ts.
 */

const ANSWERED = [
  'at',
  'subject',
  'issuer',
  'target',
  'verb',
  'resource',
  'namespace',
  'name',
  'code',
  'message',
  'rule',
  'session',
  'exchange',
] as const;

/** The sheets, by the names of their files. */
export const SHEETS = {
  callers: {
    title: 'Who used the gateway',
    columns: [
      'subject',
      'issuer',
      'kind',
      'groups',
      'first',
      'last',
      'requests',
      'changes',
      'refused',
      'failed',
      'planned',
    ],
  },
  changes: {
    title: 'What was changed, by whom, under which rule, grant and approval',
    columns: [
      'at',
      'subject',
      'issuer',
      'target',
      'verb',
      'resource',
      'namespace',
      'name',
      'outcome',
      'status',
      'rule',
      'grant',
      'approval',
      'session',
      'exchange',
    ],
  },
  streams: {
    title: 'Commands, terminals and port-forwards',
    columns: [
      'at',
      'subject',
      'issuer',
      'target',
      'resource',
      'namespace',
      'name',
      'command',
      'outcome',
      'rule',
      'grant',
      'approval',
      'seconds',
      'session',
      'exchange',
    ],
  },
  refused: {
    title: 'What was refused, and why',
    columns: ANSWERED,
  },
  planned: {
    title: 'What was only planned, and not done: what policy told of it',
    columns: ANSWERED,
  },
  grants: {
    title: 'Access that was asked for, given and ended',
    columns: ['at', 'grant', 'state', 'subject', 'issuer', 'by', 'reason', 'endedBy', 'endsAt', 'parts'],
  },
  approvals: {
    title: 'Questions to persons, who answered, and what',
    columns: [
      'at',
      'approval',
      'state',
      'asker',
      'askerIssuer',
      'target',
      'operation',
      'rules',
      'answer',
      'answeredBy',
      'answeredByIssuer',
      'reason',
      'exchange',
      'grant',
      'digest',
    ],
  },
  tokens: {
    title: 'Tokens that persons gave to programs',
    columns: ['at', 'token', 'state', 'giver', 'issuer', 'task', 'targets', 'endsAt', 'by', 'endedBy'],
  },
  logins: {
    title: 'Persons who signed in to the console',
    columns: ['at', 'login', 'state', 'subject', 'issuer', 'peer', 'endsAt', 'endedBy'],
  },
  kills: {
    title: 'Callers, sessions and targets that operators stopped',
    columns: ['at', 'kill', 'state', 'what', 'value', 'by', 'reason'],
  },
  policy: {
    title: 'Policy that came into force, or was refused',
    columns: ['at', 'event', 'rules', 'digest', 'files', 'findings'],
  },
  alarms: {
    title: 'Callers that tried masked values, brought remembered masks, or asked too fast',
    columns: ['at', 'event', 'subject', 'issuer', 'target', 'what', 'exchange'],
  },
  readings: {
    title: 'Who read what is kept of a request',
    columns: ['at', 'subject', 'issuer', 'exchange'],
  },
  gateway: {
    title: 'Starts, stops and recoveries of the gateway, and what an operator had opened',
    columns: ['at', 'event', 'what'],
  },
} as const satisfies Readonly<Record<string, { readonly title: string; readonly columns: readonly string[] }>>;

export type SheetName = keyof typeof SHEETS;

/** A row of a sheet, in the order of its columns. */
export interface EvidenceRow {
  readonly sheet: SheetName;
  readonly cells: readonly string[];
}
