/*
 * How soon something is found in a big catalog: `node test/bench/catalog.ts [exchanges]` makes one of synthetic exchanges (1,000,000 by default; no journal, so that
 * only the tables are measured) and asks each question 50 times, with other words each time.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { JournalCatalog } from '../../src/catalog/journal-catalog.ts';
import { EventTaker } from '../../src/catalog/take-event.ts';
import type { Event } from '../../src/recording/event.ts';
import type { ExchangeFilter, Viewer } from '../../src/recording/found.ts';
import { begun, ended, permitted, sessionId } from '../support/journal-events.ts';

const EXCHANGES = Number(process.argv[2] ?? 1_000_000);
const ASKED = 50;
const folder = mkdtempSync(join(tmpdir(), 'sallyport-catalog-bench-'));
const file = join(folder, 'catalog.db');
const everything: Viewer = { own: undefined, reach: [{}] };
const [subjects, namespaces, resources] = [400, 300, 40];

function* exchange(n: number): Generator<Event> {
  const plain = begun(n);
  const operation = {
    ...(plain.operation as NonNullable<typeof plain.operation>),
    verb: n % 11 === 0 ? 'patch' : 'get',
    resource: `kind${n % resources}s`,
    namespace: `team-${(n * 7) % namespaces}`,
    name: `web-${n % 50_000}`,
    path: `/apis/apps/v1/namespaces/team-${(n * 7) % namespaces}/kind${n % resources}s/web-${n % 50_000}`,
  };
  const session = sessionId(Math.floor(n / 200));
  const caller = { ...plain.caller, subject: `ci:caller-${Math.floor(n / 200) % subjects}` };
  yield { ...plain, operation, session, caller };
  yield permitted(n);
  const isRefused = n % 97 === 0;
  yield isRefused
    ? ended(
        n,
        { kind: 'refused', code: 'DENIED_BY_RULE', status: 403, message: 'no' },
        { session, decision: { effect: 'deny', rule: 'never' } },
      )
    : ended(n, undefined, { session });
}

/** What is kept of every tenth: a sentence whose words are common and rare. */
const kept = (n: number) =>
  n % 10 === 0 ? `pod web-${n} restarted after error code-${n % 9_973} in container main` : '';

function fill(): void {
  new JournalCatalog(folder, file).close();
  const database = new DatabaseSync(file);
  const taker = new EventTaker(database);
  let seq = 0;
  for (let n = 0; n < EXCHANGES; ) {
    database.exec('BEGIN');
    for (const to = Math.min(EXCHANGES, n + 20_000); n < to; n++)
      for (const event of exchange(n)) {
        seq += 1;
        const text = event.type === 'exchange.ended' ? kept(n) : '';
        taker.take({ seq, hash: '', event, byte: 0, line: Buffer.alloc(0) }, 1, 0, text);
      }
    database.exec('COMMIT');
  }
  database.close();
}

const questions: Readonly<Record<string, (i: number) => ExchangeFilter>> = {
  'by caller': (i) => ({ subject: `ci:caller-${(i * 7) % subjects}` }),
  'by namespace and verb': (i) => ({ namespace: `team-${(i * 13) % namespaces}`, verb: 'patch' }),
  'by resource': (i) => ({ resource: `kind${i % resources}s` }),
  'by name': (i) => ({ name: `web-${i * 31}` }),
  refused: () => ({ decision: 'deny' }),
  'a rare word': (i) => ({ text: `code-${(i * 101) % 9_973}` }),
  'a common word': () => ({ text: 'restarted' }),
  'a common word of one caller': (i) => ({ text: 'restarted', subject: `ci:caller-${(i * 7) % subjects}` }),
  'two words': (i) => ({ text: `error code-${(i * 17) % 9_973}` }),
};

const startedAt = performance.now();
fill();
const seconds = (performance.now() - startedAt) / 1_000;
console.log(
  `${EXCHANGES} exchanges in ${seconds.toFixed(0)} s (${Math.round(EXCHANGES / seconds)} a second), ${Math.round(statSync(file).size / EXCHANGES)} bytes each`,
);
const catalog = new JournalCatalog(folder, file);
for (const [name, filterOf] of Object.entries(questions)) {
  const took: number[] = [];
  let found = 0;
  for (let i = 0; i < ASKED; i++) {
    const at = performance.now();
    found += (await catalog.exchanges(everything, filterOf(i), { limit: 100 })).length;
    took.push(performance.now() - at);
  }
  took.sort((a, b) => a - b);
  const at = (share: number) => (took[Math.floor(ASKED * share)] ?? 0).toFixed(1);
  console.log(`${name}: ${at(0.5)} ms, 95 of 100 within ${at(0.95)} ms; ${Math.round(found / ASKED)} found`);
}
catalog.close();
rmSync(folder, { recursive: true });
