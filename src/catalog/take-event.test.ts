import assert from 'node:assert/strict';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { afterEach, beforeEach, test } from 'node:test';
import { begun, ended, exchangeId, START_AT } from '../../test/support/journal-events.ts';
import type { Event, ExchangeRecorded } from '../recording/event.ts';
import { CATALOG_TABLES } from './schema.ts';
import { EventTaker } from './take-event.ts';

let database: DatabaseSync;
let calls: string[];
let taker: EventTaker;

beforeEach(() => {
  database = new DatabaseSync(':memory:');
  database.exec(CATALOG_TABLES);
  calls = [];
  taker = new EventTaker({ prepare: counted } as unknown as DatabaseSync);
});
afterEach(() => database.close());

/** A statement whose every call is counted by the first words of its text. */
function counted(sql: string) {
  const statement = database.prepare(sql);
  const call = <Result>(does: (...values: SQLInputValue[]) => Result) => {
    const name = /^(\w+)(?: (?:OR \w+ )?INTO| FROM)? (\w+)/.exec(sql)?.slice(1).join(' ') ?? sql;
    return (...values: SQLInputValue[]) => {
      calls.push(name);
      return does.apply(statement, values);
    };
  };
  return {
    run: call(statement.run),
    get: call(statement.get),
    setReadBigInts: statement.setReadBigInts.bind(statement),
  };
}

const recorded: ExchangeRecorded = {
  type: 'exchange.recorded',
  at: START_AT,
  exchange: exchangeId(1),
  part: 'reply',
  form: 'body',
  mediaType: 'application/json',
  pieces: [],
  bytes: 0,
};

function take(...events: readonly Event[]): void {
  for (const [i, event] of events.entries())
    taker.take({ seq: i + 1, hash: '', event, byte: 0, line: Buffer.alloc(0) }, 1, 0, event === recorded ? 'said' : '');
}

test('a small read costs its row, its end, its words and a place for each line, and nothing is looked up for it', () => {
  take(begun(1), ended(1), recorded);
  assert.deepEqual(calls.sort(), [
    'INSERT exchange',
    'INSERT line',
    'INSERT line',
    'INSERT line',
    'INSERT said',
    'INSERT said',
    'UPDATE exchange',
  ]);
});

test('an event that is there already changes nothing, nor does one of what did not begin here', () => {
  take(begun(1), ended(1), recorded);
  const rows = () =>
    ['exchange', 'line', "said WHERE said MATCH 'said'"].map((table) =>
      database.prepare(`SELECT * FROM ${table}`).all(),
    );
  const before = rows();
  take(begun(1), ended(1), recorded, ended(2), { ...recorded, exchange: exchangeId(2) });
  assert.deepEqual(rows(), before);
});
