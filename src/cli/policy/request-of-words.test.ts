import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readRequest } from '../../main/read-request.ts';
import { CliError } from '../cli-error.ts';
import { findKind } from './known-kinds.ts';
import type { OfflineRequest } from './offline-request.ts';
import { requestsOfWords } from './request-of-words.ts';
import { splitWords } from './words.ts';

async function outcome(line: string): Promise<string> {
  try {
    const requests = requestsOfWords(splitWords(line));
    return (await Promise.all(requests.map(asked))).join('; ');
  } catch (error) {
    if (error instanceof CliError) return 'mistake';
    throw error;
  }
}

async function asked(request: OfflineRequest): Promise<string> {
  const found = await readRequest('prod', request);
  if ('refusal' in found) return found.refusal.code;
  const { verb, apiGroup, resource, subresource, namespace, name, path, power, isResourceRequest } = found.operation;
  if (!isResourceRequest) return `${verb} ${path}`;
  const kind = `${resource}${apiGroup === '' ? '' : `.${apiGroup}`}${subresource === '' ? '' : `/${subresource}`}`;
  return [verb, kind, namespace === '' ? '-' : namespace, name, power === undefined ? '' : `(${power})`]
    .filter(Boolean)
    .join(' ');
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
  ['port-forward svc/web 8080:80 -n prod', 'get pods/portforward prod a-pod-of-web (portforward)'],
  ['port-forward deploy/web 80 -n prod', 'get pods/portforward prod a-pod-of-web (portforward)'],
  ['logs deploy/web -f -n prod', 'get pods/log prod a-pod-of-web'],
  ['exec job/web -n prod -- id', 'get pods/exec prod a-pod-of-web (exec)'],
  ['exec pod/web -n prod -- id', 'get pods/exec prod web (exec)'],
  ['rollout restart deploy/web -n prod', 'patch deployments.apps prod web'],
  ['rollout restart deployment web -n prod', 'patch deployments.apps prod web'],
  ['rollout undo sts/web --to-revision=2 -n prod', 'patch statefulsets.apps prod web'],
  ['rollout pause deploy/web', 'patch deployments.apps default web'],
  ['rollout resume deploy/web', 'patch deployments.apps default web'],
  ['rollout status deploy/web -n prod', 'watch deployments.apps prod web'],
  ['rollout history deploy/web -n prod', 'list replicasets.apps prod'],
  ['rollout history ds/web -n prod', 'list controllerrevisions.apps prod'],
  ['rollout', 'mistake'],
  ['rollout deploy/web', 'mistake'],
  ['rollout undo deploy', 'mistake'],
  ['cp web:/tmp/f f -n prod -c app', 'get pods/exec prod web (exec)'],
  ['cp shop/web:/tmp/f f', 'get pods/exec shop web (exec)'],
  ['cp ./f shop/web:/tmp/f', 'get pods/exec shop web (exec); get pods/exec shop web (exec)'],
  ['cp a b', 'mistake'],
  ['cp web:/a web:/b', 'mistake'],
  ['cp web:/a', 'get pods/exec default web (exec)'],
  ['cordon n1', 'patch nodes - n1'],
  ['uncordon node/n1', 'patch nodes - n1'],
  ['drain n1 --ignore-daemonsets --grace-period=30', 'patch nodes - n1; list pods -'],
  ['drain', 'mistake'],
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

test('what a command sends is what kubectl sends', () => {
  const uri = (line: string) =>
    requestsOfWords(splitWords(line)).map((each) => decodeURIComponent(each.uri.split('?')[1] ?? ''));
  assert.deepEqual(uri('cp shop/web:/tmp/f f'), [
    'command=tar&command=cf&command=-&command=/tmp/f&stdout=true&stderr=true',
  ]);
  assert.deepEqual(uri('cp f web:/tmp/f'), [
    'command=test&command=-d&command=/tmp/f&stdout=true&stderr=true',
    'command=tar&command=-xmf&command=-&command=-C&command=/tmp&stdin=true&stdout=true&stderr=true',
  ]);
  const [restart] = requestsOfWords(splitWords('rollout restart deploy/web'));
  assert.match(JSON.stringify(restart?.body), /restartedAt/);
  const [forward] = requestsOfWords(splitWords('port-forward svc/web 8080:80'));
  assert.deepEqual(forward?.services, ['web']);
  assert.match(forward?.note ?? '', /a pod of `services\/web`.*its port that of the service/);
});

test('words are split as a shell without expansion splits them', () => {
  assert.deepEqual(splitWords(` a 'b  c' "d 'e'" f'g'h '' `), ['a', 'b  c', "d 'e'", 'fgh', '']);
});

test('of two kinds with a short name, the first is meant', () => {
  assert.equal(findKind('events')?.group, '');
  assert.equal(findKind('pods')?.group, '');
  assert.equal(findKind('nothing'), undefined);
});
