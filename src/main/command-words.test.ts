import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusal } from '../model/refusal.ts';
import { commandWords } from './command-words.ts';

const ROWS: readonly (readonly [string, readonly string[]])[] = [
  ['kubectl get pods -n shop', ['get', 'pods', '-n', 'shop']],
  ['$ kubectl get pods', ['get', 'pods']],
  ['get pods', ['get', 'pods']],
  ['KUBECONFIG=x /usr/bin/kubectl --context=prod get pods -o yaml', ['get', 'pods']],
  ['kubectl --context prod -n shop get pods -ojson', ['-n', 'shop', 'get', 'pods']],
  ["kubectl exec web -- sh -c 'ls -o x'", ['exec', 'web', '--', 'sh', '-c', 'ls -o x']],
  ['kubectl delete pod web \\\n  -n shop', ['delete', 'pod', 'web', '-n', 'shop']],
];

for (const [line, words] of ROWS)
  test(`\`${line.replaceAll('\n', ' ')}\` asks for \`${words.join(' ')}\``, () =>
    assert.deepEqual(commandWords(line), words));

test('what asks for nothing, or is not closed, is refused', () => {
  for (const line of ['kubectl', '  ', "kubectl get 'pods"]) assert.throws(() => commandWords(line), Refusal);
});
