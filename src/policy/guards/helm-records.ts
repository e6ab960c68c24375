import type { JsonObject } from '../../model/operation.ts';
import { at } from '../json.ts';
import { NO, YES } from '../truth.ts';
import { isKind } from './asked-of.ts';
import type { Guard } from './guard.ts';
import { bringsIn, isWrite } from './written.ts';

/**
 * Helm applies what a stored revision says, with the rights of whoever rolls back: who can write a record has the next person apply a manifest of its own.
 *
 * Helm finds records by name and by the label `owner=helm`, and never looks at their type. Source: helm.sh/helm/v4/pkg/storage/driver, `secrets.go` and `cfgmaps.go`
 */
export const helmRecordsGuard: Guard = {
  id: 'helm-records',
  passesNamed: true,
  reason: 'a revision of a Helm release that is written by hand is applied by whoever rolls the release back next',
  advice: 'have the release made by a caller whose rule says `helm: true`',
  covers:
    'create, update and patch of Secrets and ConfigMaps that Helm reads as records of releases: those of type `helm.sh/release.v1`, those whose names begin with `sh.helm.release.v1.`, and those that are given the label `owner: helm`; but what a matching rule with `helm: true` allows',
  stops: {
    method: 'POST',
    uri: '/api/v1/namespaces/shop/configmaps',
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'sh.helm.release.v1.web.v7' } },
  },
  passes: {
    method: 'POST',
    uri: '/api/v1/namespaces/shop/configmaps',
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web', labels: { owner: 'shop' } } },
  },
  test(question, { writesHelmRecords }) {
    const { operation } = question;
    if (writesHelmRecords || !isWrite(operation) || !isKind(operation, '', 'secrets', 'configmaps')) return NO;
    if (operation.name.startsWith(recordName)) return YES;
    return bringsIn(question, [], isRecord);
  },
};

const recordName = 'sh.helm.release.v1.';

function isRecord(object: JsonObject): boolean {
  const names = [at(object, 'metadata', 'name'), at(object, 'metadata', 'generateName')];
  return (
    object.type === 'helm.sh/release.v1' ||
    at(object, 'metadata', 'labels', 'owner') === 'helm' ||
    names.some((name) => typeof name === 'string' && name.startsWith(recordName))
  );
}
