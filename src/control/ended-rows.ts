/*
 * What of the store may go once it has ended, when it has, and what goes with it: rows that only serve to find it, or to tell of it. What lives, and what has no end (keys, what budgets hold until
 * somebody has looked), is not here; what is of use for a fixed time alone is removed by whoever makes it.
 *
 * A grant keeps the question about it, which bears its id, and the idempotency key that it was asked with: a key that came again would else be given a grant that is gone.
 */
import type { Row, RowKind, RowReader } from '../store/store.ts';
import { approvalOf, noAtOf, noUntilOf, plannedId, pointedAt } from './approval-rows.ts';
import { delegationOf } from './delegations/delegation-row.ts';
import { grantOf, killOf } from './row-body.ts';
import { targetOf } from './targets/kept-target.ts';
import { tokenOf } from './token-row.ts';

/** Rows of one kind that may go. */
export interface EndedRows {
  readonly kind: RowKind;
  /** The states in which they may have ended. */
  readonly states: readonly string[];
  /** Whether its ids are names, which say nothing of when a row was made. */
  readonly isNamed?: true;
  /** The key under which one is changed. */
  readonly lockOf: (id: string) => string;
  /** From when it is of no use, in milliseconds since 1970; undefined: it still is. */
  readonly endOf: (row: Row) => number | undefined;
  /** Whether what is kept still hangs on it. */
  readonly isNeeded?: (row: Row, rows: RowReader) => Promise<boolean>;
  /** What goes with it. */
  readonly along: (row: Row, rows: RowReader) => Promise<readonly Row[]>;
}

interface Uses {
  /** How long a request that may have run is known by its question. */
  readonly unknownForMs: number;
  /** How long a rule in force answers by what a person said before, at most. */
  readonly cooldownMs: number;
}

/** Limit: rows of a kind that go with one. */
const ALONG_MAX = 100;

/** What may go, in this order: what hangs on another goes after it. */
export function endedRows(uses: () => Uses): readonly EndedRows[] {
  return [grants, questions(uses), noes(uses), tokens, kills, delegations, targets];
}

const grants: EndedRows = {
  kind: 'grant',
  states: ['ended'],
  lockOf: (id) => `grant ${id}`,
  endOf: (row) => grantOf(row).grant.endedAt,
  along: async ({ id }, rows) => [
    ...(await rows.list('answer', { state: id, limit: ALONG_MAX })),
    ...(await threads(`grant ${id}`, rows)),
  ],
};

const questions = (uses: () => Uses): EndedRows => ({
  kind: 'approval',
  states: ['approved', 'rejected', 'expired', 'withdrawn'],
  lockOf: (id) => `approval ${id}`,
  endOf: (row) => {
    const { exchange, endedAt, usedAt, claimForMs } = approvalOf(row).approval;
    if (endedAt === undefined) return undefined;
    return Math.max(exchange === 'waiting' ? endedAt + claimForMs : endedAt, (usedAt ?? 0) + uses().unknownForMs);
  },
  isNeeded: async ({ id }, rows) => (await rows.get('grant', id)) !== undefined,
  along: async (row, rows) => {
    const { id, request, planned = [] } = approvalOf(row).approval;
    const pointers: Row[] = [];
    for (const digest of new Set([request, ...planned.map((each) => plannedId(each.request))])) {
      const pointer = await rows.get('question', digest);
      if (pointer !== undefined && pointedAt(pointer) === id) pointers.push(pointer);
    }
    return [...pointers, ...(await threads(id, rows))];
  },
});

const noes = (uses: () => Uses): EndedRows => ({
  kind: 'question',
  states: ['no'],
  lockOf: (id) => `no ${id}`,
  endOf: (row) => Math.max(noAtOf(row) + uses().cooldownMs, noUntilOf(row)),
  along: async () => [],
});

const tokens: EndedRows = {
  kind: 'token',
  states: ['ended'],
  lockOf: (id) => `token ${id}`,
  endOf: (row) => tokenOf(row).token.endedAt,
  along: async () => [],
};

const kills: EndedRows = {
  kind: 'kill',
  states: ['lifted'],
  lockOf: () => 'kill',
  endOf: (row) => killOf(row).liftedAt,
  along: ({ id }, rows) => threads(id, rows),
};

/** One whose time is over may still stand there as one that lasts. */
const delegations: EndedRows = {
  kind: 'delegation',
  states: ['ended', 'live'],
  lockOf: () => 'delegations',
  endOf: (row) => {
    const { endsAt, endedAt = endsAt } = delegationOf(row);
    return endedAt;
  },
  along: ({ id }, rows) => threads(`delegation ${id}`, rows),
};

/** One that was removed; its history stands in the journal. A target of its name that is added later begins with its first version again. */
const targets: EndedRows = {
  kind: 'target',
  states: ['removed'],
  isNamed: true,
  lockOf: () => 'targets',
  endOf: (row) => targetOf(row).history.at(-1)?.at,
  along: async () => [],
};

/** Where people were told of it. */
function threads(about: string, rows: RowReader): Promise<readonly Row[]> {
  return rows.list('notice-thread', { owner: about, limit: ALONG_MAX });
}
