/*
 * Options of a write, from where the API server takes them.
 *
 * For create, update and patch that is the query, and for an eviction its body as well. For a delete it is the body where there is one, and
 * then the query is not read at all: a `dryRun=All` there would hold nothing back.
 *
 * Source: https://github.com/kubernetes/apiserver/blob/v0.35.4/pkg/endpoints/handlers/delete.go,
 * https://github.com/kubernetes/kubernetes/blob/v1.35.4/pkg/registry/core/pod/storage/eviction.go
 */
import type { Power, WriteOptions } from '../../../model/operation.ts';
import { Refusal } from '../../../model/refusal.ts';
import { printable } from '../printable.ts';
import { isInt64 } from './label-selector.ts';
import { isTrue } from './list-options.ts';
import type { Query } from './query.ts';
import type { RequestInfo } from './request-info.ts';

const NONE: WriteOptions = { isDryRun: false };

/**
 * What is done whatever `dryRun` says: a token is signed, a command runs, a program behind a proxy is asked.
 *
 * Source: https://github.com/kubernetes/kubernetes/blob/v1.35.4/pkg/registry/core/serviceaccount/storage/token.go; the handlers of `connect` read no write options
 */
export const DONE_ANYWAY: ReadonlySet<Power | undefined> = new Set([
  'token',
  'exec',
  'attach',
  'portforward',
  'pods-proxy',
  'services-proxy',
  'nodes-proxy',
]);

/**
 * The options of a write; those of anything else are empty.
 *
 * Security: T79, what is done anyway is no dry run, so that no rule that speaks of dry runs covers it.
 *
 * @param ofBody what the body of a delete or an eviction says; with `isDryRun` in it, all that a delete has
 * @throws {Refusal} QUERY_AMBIGUOUS a number that is none
 */
export function writeOptions(info: RequestInfo, power: Power | undefined, ofBody: Partial<WriteOptions>): WriteOptions {
  if (!info.isResourceRequest) return NONE;
  const options = optionsOf(info, ofBody);
  return options.isDryRun && DONE_ANYWAY.has(power) ? { ...options, isDryRun: false } : options;
}

function optionsOf(info: RequestInfo, ofBody: Partial<WriteOptions>): WriteOptions {
  switch (info.verb) {
    case 'create':
    case 'update':
    case 'patch':
      return { ...changeOptions(info.query), ...ofBody };
    case 'delete':
    case 'deletecollection':
      return ofBody.isDryRun === undefined ? deleteOptions(info.query) : { ...ofBody, isDryRun: ofBody.isDryRun };
    default:
      return NONE;
  }
}

function changeOptions(query: Query): WriteOptions {
  if (query.size === 0) return NONE;
  const force = query.get('force')?.[0];
  const fieldManager = query.get('fieldManager')?.[0];
  return {
    isDryRun: query.has('dryRun'),
    ...(force === undefined ? {} : { force: isTrue(force) }),
    ...(fieldManager === undefined ? {} : { fieldManager }),
  };
}

function deleteOptions(query: Query): WriteOptions {
  if (query.size === 0) return NONE;
  const gracePeriod = query.get('gracePeriodSeconds')?.[0];
  if (gracePeriod !== undefined && !isInt64(gracePeriod)) {
    throw new Refusal(
      'QUERY_AMBIGUOUS',
      `\`gracePeriodSeconds\` is \`${printable(gracePeriod)}\`, which is not a number`,
    );
  }
  const policy = query.get('propagationPolicy')?.[0] ?? orphanPolicy(query.get('orphanDependents')?.[0]);
  const uid = query.get('uid')?.[0];
  const resourceVersion = query.get('resourceVersion')?.[0];
  const preconditions = { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) };
  return {
    isDryRun: query.has('dryRun'),
    ...(gracePeriod === undefined ? {} : { gracePeriodSeconds: Number(gracePeriod) }),
    ...(policy === undefined ? {} : { propagationPolicy: policy }),
    ...(uid || resourceVersion ? { preconditions } : {}),
  };
}

/** `orphanDependents` is the older word for two of the policies. */
function orphanPolicy(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  return isTrue(value) ? 'Orphan' : 'Background';
}
