import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placePath } from '../../../policy/place-path.ts';
import { typesAt } from './types-at.ts';

function said(apiVersion: string, kind: string, place: string): string {
  const types = typesAt(apiVersion, kind, placePath(place) as readonly string[]);
  return types === undefined ? 'unknown' : [...types].sort().join();
}

test('what stands at a place of a built-in kind is told by Kubernetes’ own types', () => {
  for (const [place, types] of [
    ['spec.containers[*].env[*].value', 'text'],
    ['spec.containers.*.env.*.value', 'text'],
    ['spec.containers[0].env', 'any'],
    ['spec.containers[*].volumeMounts[*].readOnly', 'boolean'],
    ['spec.containers[*].ports[*].containerPort', 'number'],
    ['spec.containers[*].resources.limits.memory', 'text'],
    ['spec.tolerations[*].**.value', 'text'],
    ['spec.securityContext.windowsOptions.**.hostProcess', 'boolean'],
    ['metadata.annotations["example.com/a"]', 'text'],
    ['spec.vol*', 'any'],
    ['spec.volumes[*].secret.secretName', 'text'],
    ['spec.container[*].env', ''],
    ['spec.containers.env.name.value', ''],
    ['spec.dnsConfig.**.pasword', ''],
    ['spec.hostNetwork.a', ''],
  ] as const)
    assert.equal(said('v1', 'Pod', place), types, place);
  assert.equal(said('apps/v1', 'ControllerRevision', 'data.spec.anything'), 'any');
  assert.equal(said('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'spec.**.default'), 'any');
  assert.equal(said('example.com/v1', 'Thing', 'spec.a'), 'unknown');
});
