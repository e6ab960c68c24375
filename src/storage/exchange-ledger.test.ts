import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exchangeId, sessionId } from '../../test/support/journal-events.ts';
import { fc } from '../../test/support/property.ts';
import { ExchangeLedger } from './exchange-ledger.ts';

/** What happens next: an exchange begins, the first open one ends, or all is synced. */
const steps = fc.array(fc.constantFrom('begin', 'end', 'sync'), { maxLength: 60 });

test('after a fall back, what is open and what is lost are those of the events that are left', () => {
  fc.assert(
    fc.property(steps, (actions) => {
      const ledger = new ExchangeLedger();
      const log: { readonly n: number; readonly begins: boolean }[] = [];
      const open: number[] = [];
      let syncedSeq = 0;
      for (const action of actions) {
        const n = open[0];
        if (action === 'sync') {
          syncedSeq = log.length;
          ledger.synced(syncedSeq);
        } else if (action === 'begin') {
          ledger.begin(exchangeId(log.length), sessionId(1), log.length + 1);
          open.push(log.length);
          log.push({ n: log.length, begins: true });
        } else if (n !== undefined) {
          ledger.end(exchangeId(n), log.length + 1);
          open.shift();
          log.push({ n, begins: false });
        }
      }
      const left = new Set<number>();
      for (const { n, begins } of log.slice(0, syncedSeq)) begins ? left.add(n) : left.delete(n);
      const ids = (numbers: Iterable<number>) => [...numbers].map(exchangeId).sort();
      assert.deepEqual(
        ledger
          .openAt(syncedSeq)
          .map(([id]) => id)
          .sort(),
        ids(left),
      );
      ledger.fallBack(syncedSeq);
      assert.deepEqual(
        ledger
          .openAt(syncedSeq)
          .map(([id]) => id)
          .sort(),
        ids(left),
      );
      assert.deepEqual(
        ledger
          .takeUnrecorded()
          .map(([id]) => id)
          .sort(),
        ids([...left].filter((n) => !open.includes(n))),
      );
      assert.deepEqual(ledger.takeUnrecorded(), []);
      for (const n of left) assert.ok(ledger.isOpen(exchangeId(n)));
    }),
  );
});
