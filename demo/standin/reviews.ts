/** Who am I, and what may I: the review kinds, which are answered and never kept. The answers are those that authorize.ts gives. */

import type { Identity, Requester } from './authenticate.ts';
import { allowedBecause, bindingsOf, type Judge } from './authorize.ts';
import { at, isObject, type Json, type JsonObject, type KubeObject, textAt, valueAt } from './object.ts';
import { invalid, invalidValue, notImplemented } from './status.ts';

export interface ReviewContext {
  readonly judge: Judge;
  readonly who: Requester;
  readonly tokens: ReadonlyMap<string, Identity>;
  readonly namespace: string;
}

/** @throws {StatusError} 422 for a review that asks nothing */
export function reviewed(review: KubeObject, context: ReviewContext): JsonObject {
  switch (review.kind) {
    case 'SelfSubjectReview':
      return { ...review, status: { userInfo: userInfo(context.who) } };
    case 'TokenReview':
      return { ...review, status: tokenStatus(textAt(review, 'spec', 'token'), context.tokens) };
    case 'SelfSubjectAccessReview':
      return { ...review, status: accessStatus(review, context.who, context.judge) };
    case 'SubjectAccessReview':
    case 'LocalSubjectAccessReview':
      return { ...review, status: accessStatus(review, subjectOf(review), context.judge) };
    case 'SelfSubjectRulesReview':
      return { ...review, status: rulesStatus(textAt(review, 'spec', 'namespace'), context) };
    default:
      throw notImplemented(`the stand-in does not answer ${review.kind}`);
  }
}

function userInfo(who: Identity): JsonObject {
  const { username, groups, uid, extra } = who;
  return { username, ...(uid === undefined ? {} : { uid }), groups, ...(extra === undefined ? {} : { extra }) };
}

function tokenStatus(token: string, tokens: ReadonlyMap<string, Identity>): JsonObject {
  const holder = tokens.get(token);
  if (holder === undefined) return { user: {}, error: 'invalid bearer token' };
  return {
    authenticated: true,
    user: userInfo({ ...holder, groups: [...new Set([...holder.groups, 'system:authenticated'])] }),
  };
}

function subjectOf(review: KubeObject): Requester {
  const groups = valueAt(review, 'spec', 'groups');
  return {
    username: textAt(review, 'spec', 'user'),
    groups: Array.isArray(groups) ? (groups as readonly string[]) : [],
  };
}

function accessStatus(review: KubeObject, who: Requester, judge: Judge): JsonObject {
  const [resource, path] = [
    valueAt(review, 'spec', 'resourceAttributes'),
    valueAt(review, 'spec', 'nonResourceAttributes'),
  ];
  if (!isObject(resource) && !isObject(path)) {
    const about = { group: 'authorization.k8s.io', kind: review.kind };
    throw invalid(about, [
      invalidValue(
        'spec.resourceAttributes',
        null,
        'exactly one of nonResourceAttributes or resourceAttributes must be specified',
      ),
    ]);
  }
  const attributes = at(isObject(resource) ? resource : path);
  const access = {
    verb: textAt(attributes, 'verb'),
    group: textAt(attributes, 'group'),
    resource: textAt(attributes, 'resource'),
    subresource: textAt(attributes, 'subresource'),
    namespace: textAt(attributes, 'namespace'),
    name: textAt(attributes, 'name'),
    path: textAt(attributes, 'path'),
  };
  const why = allowedBecause(judge, who, access);
  if (why === undefined) return { allowed: false };
  return { allowed: true, ...(why === '' ? {} : { reason: why }) };
}

function rulesStatus(namespace: string, { judge, who }: ReviewContext): JsonObject {
  const isAll = who.groups.includes('system:masters') || (judge.impersonatedMayAll && who.impersonator !== undefined);
  const rules = bindingsOf(judge, who, namespace).flatMap((each) => each.rules);
  const own: JsonObject[] = [
    {
      verbs: ['create'],
      apiGroups: ['authorization.k8s.io'],
      resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
    },
    { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'] },
  ];
  const everything: JsonObject[] = isAll ? [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }] : [];
  const fields = (rule: JsonObject, ...names: readonly string[]): JsonObject =>
    Object.fromEntries(
      names.flatMap((name): [string, Json][] => (rule[name] === undefined ? [] : [[name, rule[name] as Json]])),
    );
  const open = [
    '/api',
    '/api/*',
    '/apis',
    '/apis/*',
    '/healthz',
    '/livez',
    '/openapi',
    '/openapi/*',
    '/readyz',
    '/version',
    '/version/',
  ];
  return {
    resourceRules: [...everything, ...own, ...rules.filter((rule) => rule.resources !== undefined)].map((rule) =>
      fields(rule, 'verbs', 'apiGroups', 'resources', 'resourceNames'),
    ),
    nonResourceRules: [
      ...(isAll ? [{ verbs: ['*'], nonResourceURLs: ['*'] }] : []),
      { verbs: ['get'], nonResourceURLs: open },
      ...rules
        .filter((rule) => rule.nonResourceURLs !== undefined)
        .map((rule) => fields(rule, 'verbs', 'nonResourceURLs')),
    ],
    incomplete: false,
  };
}
