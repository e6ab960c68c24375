import assert from 'node:assert/strict';
import { test } from 'node:test';
import { START_AT } from '../../test/support/journal-events.ts';
import type { FoundExchange } from '../recording/found.ts';
import { type RunPart, runsOf } from '../recording/tell-runs.ts';
import { storyOf } from './session-views.ts';

const claimed = { session: 'run-1', command: 'kubectl apply' };

function part(id: string, atMs: number, more: Partial<RunPart> = {}): RunPart {
  const none = { endedAt: undefined, claimed: undefined, isChange: false, isRefused: false, isFailed: false };
  return { id, at: START_AT + atMs, verb: 'get', resource: 'pods', name: '', ...none, ...more };
}

test('an exchange names the story that it was told in, whoever says so', () => {
  const record = { resource: 'secrets', name: 'sh.helm.release.v1.web.v1', verb: 'create' };
  const parts = [
    part('a', 0),
    part('b', 100, { claimed }),
    part('c', 200),
    part('d', 90_000, { claimed }),
    part('e', 90_100, record),
    part('f', 90_200),
    part('g', 200_000, { claimed: { ...claimed, command: 'kubectl get' } }),
  ];
  const runs = runsOf(parts);
  const stories = [...new Set(runs)];
  assert.deepEqual(
    parts.map((each) => storyOf(stories, each as unknown as FoundExchange)),
    runs.map(({ id }) => id),
  );
  assert.deepEqual(
    stories.map(({ id, by, title }) => [id, by, title]),
    [
      ['a', 'time', ''],
      ['b', 'caller', 'kubectl apply'],
      ['e', 'helm', 'helm install web'],
      ['g', 'caller', 'kubectl get'],
    ],
  );
  assert.equal(storyOf(stories.slice(1, 2), part('x', 0) as unknown as FoundExchange), undefined);
});
