/*
 * The labels of a namespace say which rules here, which pod security level, which network policies and which webhooks hold in it, so whoever may write them
 * gives itself what others were given there.
 *
 * A new namespace has nothing in it to be given: only a pod security level that is none, or weaker than the strictest, and the right to ask for devices that are in
 * use by others, are stopped there. An old one keeps its
 * labels as they are. What an update or apply leaves out goes away, so both are compared with the live object.
 */
import type { JsonObject, JsonValue } from '../../model/operation.ts';
import type { Fact } from '../facts.ts';
import { at, isObject } from '../json.ts';
import type { Question } from '../question.ts';
import { and, BROKEN, missing, NO, or, type Truth, truth, unsaid, YES } from '../truth.ts';
import { isKind } from './asked-of.ts';
import type { Guard } from './guard.ts';
import { isSet } from './pod-dangers.ts';
import { bringsIn, isWrite, touches } from './written.ts';

const LABELS = ['metadata', 'labels'];

/** Source: https://kubernetes.io/docs/concepts/security/pod-security-admission/#pod-security-admission-labels-for-namespaces */
const LEVEL = 'pod-security.kubernetes.io/enforce';
const VERSION = 'pod-security.kubernetes.io/enforce-version';

/**
 * With it, resource claims of the namespace may ask for devices as their administrator does.
 *
 * Source: `DRAAdminNamespaceLabelKey`, https://github.com/kubernetes/api/blob/v0.37.2/resource/v1/types.go
 */
const ADMIN_ACCESS = 'resource.kubernetes.io/admin-access';

export const namespaceLabelsGuard: Guard = {
  id: 'namespace-labels',
  reason: 'the labels of a namespace say which rules, network policies and pod security level hold in it',
  advice: 'have namespaces labelled by who runs the cluster',
  covers:
    'create, update and patch of namespaces with a label `pod-security.kubernetes.io/enforce` other than `restricted`, or with `resource.kubernetes.io/admin-access`; every update and patch that changes the labels of one, by any subresource',
  stops: {
    method: 'PATCH',
    uri: '/api/v1/namespaces/shop',
    mediaType: 'application/merge-patch+json',
    body: { metadata: { labels: { [LEVEL]: 'privileged' } } },
  },
  passes: {
    method: 'PATCH',
    uri: '/api/v1/namespaces/shop',
    mediaType: 'application/merge-patch+json',
    body: { metadata: { annotations: { 'example.com/owner': 'shop' } } },
  },
  test: (question) => {
    const { operation, unsaid: open } = question;
    if (!isKind(operation, '', 'namespaces') || !isWrite(operation)) return NO;
    if (open !== undefined) return unsaid('body');
    if (operation.body === undefined) return NO;
    return or(bringsIn(question, LABELS, weakens), changesLabels(question));
  },
};

function weakens(labels: JsonObject): boolean {
  const [level, version] = [labels[LEVEL], labels[VERSION]];
  return (
    (isSet(level) && level !== 'restricted') || (isSet(version) && version !== 'latest') || isSet(labels[ADMIN_ACCESS])
  );
}

function changesLabels({ operation: { verb, body }, facts: { existing, result } }: Question): Truth {
  if (body === undefined || verb === 'create') return NO;
  const { patch, object } = body;
  if (patch !== undefined && patch.type !== 'apply' && !touches(patch, LABELS)) return NO;
  if (patch === undefined && object === undefined) return BROKEN;
  if (existing === null) return NO;
  const stored = patch === undefined ? object : result;
  const [isLive, isStored] = [isKnown(existing), isKnown(stored)];
  // Both at once, since facts are looked up once.
  if (!isLive || !isStored) return and(isLive ? YES : missing('existing'), isStored ? YES : missing('result'));
  return truth(!areSame(at(existing, ...LABELS), at(stored, ...LABELS)));
}

function isKnown(fact: Fact<JsonObject> | undefined): fact is JsonObject {
  return fact !== undefined && fact !== 'unknown';
}

/** The API server adds the label of the name to what leaves it out. */
const NAME = 'kubernetes.io/metadata.name';

function areSame(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  const [one, other] = [a, b].map((labels) =>
    isObject(labels) ? Object.entries(labels).filter(([key, value]) => key !== NAME && value !== null) : [],
  ) as [[string, JsonValue][], [string, JsonValue][]];
  return one.length === other.length && one.every(([key, value]) => other.some(([k, v]) => k === key && v === value));
}
