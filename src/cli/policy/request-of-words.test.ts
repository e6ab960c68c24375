import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readRequest } from '../../main/read-request.ts';
import { CliError } from '../cli-error.ts';
import { findKind } from './known-kinds.ts';
import { requestOfWords } from './request-of-words.ts';
import { splitWords } from './words.ts';

async function outcome(line: string): Promise<string> {
  try {
    const request = requestOfWords(splitWords(line));
    const found = await readRequest('prod', request);
    if ('refusal' in found) return found.refusal.code;
    const { verb, apiGroup, resource, subresource, namespace, name, path, power, isResourceRequest } = found.operation;
    if (!isResourceRequest) return `${verb} ${path}`;
    const kind = `${resource}${apiGroup === '' ? '' : `.${apiGroup}`}${subresource === '' ? '' : `/${subresource}`}`;
    return [verb, kind, namespace === '' ? '-' : namespace, name, power === undefined ? '' : `(${power})`]
      .filter(Boolean)
      .join(' ');
  } catch (error) {
    if (error instanceof CliError) return 'mistake';
    throw error;
  }
}

const rows: readonly (readonly [line: string, expected: string])[] = [
  ['get pods', 'list pods default'],
  ['get pods -A', 'list pods -'],
  ['list pods -n prod', 'list pods prod'],
  ['get pods -n prod -w', 'watch pods prod'],
  ['watch pod web -n prod', 'watch pods prod web'],
  ['get po web -n prod', 'get pods prod web'],
  ['get pod/web -n prod', 'get pods prod web'],
  ['get Deployment web', 'get deployments.apps default web'],
  ['get deployments.v1.apps web', 'get deployments.apps default web'],
  ['get events.events.k8s.io -n prod', 'list events.events.k8s.io prod'],
  ['get nodes.metrics.k8s.io', 'list nodes.metrics.k8s.io -'],
  ['get ns prod', 'get namespaces prod prod'],
  ['get cm -n prod --field-selector metadata.name=a', 'list configmaps prod a'],
  ['create cm a -n prod', 'create configmaps prod'],
  ['create sa builder --subresource token -n prod', 'create serviceaccounts/token prod builder (token)'],
  ['update cm a -n prod', 'update configmaps prod a'],
  ['apply deploy web -n prod', 'patch deployments.apps prod web'],
  ['patch deploy web --subresource=scale -n prod', 'patch deployments.apps/scale prod web'],
  ['scale deploy/web --replicas 0 -n prod', 'patch deployments.apps/scale prod web'],
  ['delete pod web -n prod', 'delete pods prod web'],
  ['deletecollection pods -l a=b -n prod', 'deletecollection pods prod'],
  ['evict web -n prod', 'create pods/eviction prod web'],
  ['exec web -n prod -it -- cat /x', 'get pods/exec prod web (exec)'],
  ['attach web -n prod', 'get pods/attach prod web (attach)'],
  ['logs web -c app -f -n prod', 'get pods/log prod web'],
  ['get pods/log web -n prod', 'get pods/log prod web'],
  ['port-forward web 8080:80 -n prod', 'get pods/portforward prod web (portforward)'],
  ['proxy node/n1 /pods', 'get nodes/proxy - n1 (nodes-proxy)'],
  ['get things.example.com -n prod', 'list things.example.com prod'],
  ['get things.v1beta1.example.com a', 'get things.example.com - a'],
  ['get /healthz', 'get /healthz'],
  ['post /x', 'post /x'],
  ['delete pods', 'mistake'],
  ['deletecollection pods web', 'mistake'],
  ['list pods web', 'mistake'],
  ['get widgets', 'mistake'],
  ['dance pods', 'mistake'],
  ['get pods --as root', 'mistake'],
  ['get pods -n', 'mistake'],
  ['scale deploy web', 'mistake'],
  ['delete pod web --dry-run=client', 'mistake'],
  ["get 'pods", 'mistake'],
  ['', 'mistake'],
  ['patch node n1 --subresource nothing', 'KIND_UNKNOWN'],
];

suite('words as requests, read by the data path', () => {
  for (const [line, expected] of rows)
    test(`${line}: ${expected}`, async () => assert.equal(await outcome(line), expected));
});

test('words are split as a shell without expansion splits them', () => {
  assert.deepEqual(splitWords(` a 'b  c' "d 'e'" f'g'h '' `), ['a', 'b  c', "d 'e'", 'fgh', '']);
});

test('of two kinds with a short name, the first is meant', () => {
  assert.equal(findKind('events')?.group, '');
  assert.equal(findKind('pods')?.group, '');
  assert.equal(findKind('nothing'), undefined);
});
