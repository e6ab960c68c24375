import assert from 'node:assert/strict';
import { test } from 'node:test';
import { begun, ended, START_AT } from '../../test/support/journal-events.ts';
import type { ExchangeBegun } from './event.ts';
import { runPart } from './run-part.ts';
import type { ExchangeView } from './summarize-sessions.ts';
import { runsOf } from './tell-runs.ts';

const { operation } = begun(1) as Required<ExchangeBegun>;

function view(n: number, atMs: number, part: Partial<typeof operation>, isRefused = false): ExchangeView {
  const at = START_AT + atMs;
  const { type: _, ...one } = begun(n, { at, operation: { ...operation, ...part } });
  const outcome = isRefused
    ? ({ kind: 'refused', code: 'DENIED_BY_RULE', status: 403, message: 'no' } as const)
    : ({ kind: 'answered', status: 200 } as const);
  const { type: __, exchange: ___, session: ____, ...end } = ended(n, outcome, { at: at + 100 });
  return { begun: one, ended: end };
}

const record = (revision: number, verb: string) => ({
  verb,
  resource: 'secrets',
  name: `sh.helm.release.v1.web.v${revision}`,
});
const told = (views: readonly ExchangeView[]) =>
  [...new Set(runsOf(views.map(runPart)))].map(({ by, title, exchanges, changes, refused, startedAt, lastAt }) => [
    by,
    title,
    exchanges,
    changes,
    refused,
    lastAt - startedAt,
  ]);

test('a command of Helm is told by its release’s records, and another that comes later is another', () => {
  const views = [
    view(1, 0, record(2, 'get')),
    view(2, 1_000, record(3, 'create')),
    view(3, 2_000, { verb: 'patch' }),
    view(4, 3_000, { verb: 'patch' }, true),
    view(5, 20_000, record(3, 'delete')),
    view(6, 60_000, record(1, 'create')),
  ];
  assert.deepEqual(told(views), [
    ['helm', 'helm upgrade or rollback web', 4, 3, 1, 3_100],
    ['helm', 'helm uninstall web', 1, 1, 0, 100],
    ['helm', 'helm install web', 1, 1, 0, 100],
  ]);
});

test('what a caller says belongs together is told as its own word, whatever comes between', () => {
  const claimed = { session: 'run-1', command: 'kubectl apply' };
  const views = [
    view(1, 0, { claimed }),
    view(2, 100, {}),
    view(3, 90_000, { claimed, verb: 'patch' }),
    view(4, 90_100, {}),
  ];
  assert.deepEqual(told(views), [
    ['caller', 'kubectl apply', 2, 1, 0, 90_100],
    ['time', '', 1, 0, 0, 100],
    ['time', '', 1, 0, 0, 100],
  ]);
});
