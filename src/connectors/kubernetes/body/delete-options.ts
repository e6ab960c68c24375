/*
 * The options of a delete, from its body.
 *
 * Where a delete has a body, the API server reads no option from the query: `DELETE …?dryRun=All` with the body `{}` deletes. So options
 * that stand in the query and not, or otherwise, in the body are refused.
 *
 * Source: https://github.com/kubernetes/apiserver/blob/v0.35.4/pkg/endpoints/handlers/delete.go
 */
import type { JsonObject, JsonValue, WriteOptions } from '../../../model/operation.ts';
import { Refusal } from '../../../model/refusal.ts';
import type { BodyPath } from './agree.ts';
import { refuseFolded } from './folded-keys.ts';
import { isJsonList, isJsonObject } from './json-value.ts';
import { unreadable } from './unreadable.ts';

/** Source: DeleteOptions, https://github.com/kubernetes/apimachinery/blob/v0.35.4/pkg/apis/meta/v1/types.go */
const KEYS = [
  ...['kind', 'apiVersion', 'gracePeriodSeconds', 'preconditions', 'orphanDependents', 'propagationPolicy', 'dryRun'],
  'ignoreStoreReadErrorWithClusterBreakingPotential',
];

/** What the query calls the options that a body can hold too. */
const QUERY_KEYS = [
  ...['gracePeriodSeconds', 'orphanDependents', 'propagationPolicy'],
  'ignoreStoreReadErrorWithClusterBreakingPotential',
];

/**
 * The options in a `DeleteOptions` body, which are all the options that the delete has. Its `apiVersion` may be any, since clients send it
 * in the group of what they delete.
 *
 * @throws {Refusal} BODY_MISMATCH another kind; BODY_UNREADABLE a field of another type; QUERY_AMBIGUOUS the query says otherwise
 */
export function deleteOptions(object: JsonObject, query: BodyPath['query']): WriteOptions {
  const kind = object.kind ?? '';
  if (kind !== '' && kind !== 'DeleteOptions') {
    throw new Refusal('BODY_MISMATCH', 'the body of a delete is not `DeleteOptions`');
  }
  refuseFolded(object, KEYS, '');
  const options = optionsOf(object, '');
  agreeQuery(object, options, query);
  return options;
}

/** The options of the `deleteOptions` inside an eviction; empty where it has none. Its query options are the eviction's own. */
export function evictionOptions(object: JsonObject): Partial<WriteOptions> {
  const inner = object.deleteOptions;
  if (inner === undefined || inner === null) return {};
  if (!isJsonObject(inner)) throw unreadable('`deleteOptions` in the body is not an object');
  refuseFolded(inner, KEYS, 'deleteOptions.');
  const { isDryRun, ...options } = optionsOf(inner, 'deleteOptions.');
  // An eviction without a dry run of its own takes that of the query.
  return isDryRun ? { ...options, isDryRun } : options;
}

function optionsOf(object: JsonObject, place: string): WriteOptions {
  const grace = typed(object, place, 'gracePeriodSeconds', 'number');
  const orphan = typed(object, place, 'orphanDependents', 'boolean');
  const propagation = typed(object, place, 'propagationPolicy', 'string') ?? orphanPolicy(orphan);
  const preconditions = preconditionsOf(object, place);
  typed(object, place, 'ignoreStoreReadErrorWithClusterBreakingPotential', 'boolean');
  return {
    isDryRun: isDryRun(object.dryRun, place),
    ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
    ...(propagation === undefined ? {} : { propagationPolicy: propagation }),
    ...(preconditions === undefined ? {} : { preconditions }),
  };
}

/** The older spelling of a propagation policy. */
function orphanPolicy(isOrphaning: boolean | undefined): string | undefined {
  if (isOrphaning === undefined) return undefined;
  return isOrphaning ? 'Orphan' : 'Background';
}

function preconditionsOf(object: JsonObject, place: string): WriteOptions['preconditions'] {
  const inner = object.preconditions;
  if (inner === undefined || inner === null) return undefined;
  if (!isJsonObject(inner)) throw unreadable(`\`${place}preconditions\` in the body is not an object`);
  refuseFolded(inner, ['uid', 'resourceVersion'], `${place}preconditions.`);
  const uid = typed(inner, `${place}preconditions.`, 'uid', 'string');
  const resourceVersion = typed(inner, `${place}preconditions.`, 'resourceVersion', 'string');
  return {
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}

function isDryRun(value: JsonValue | undefined, place: string): boolean {
  if (value === undefined || value === null) return false;
  if (!isJsonList(value) || value.some((each) => each !== 'All')) {
    throw unreadable(`\`${place}dryRun\` in the body is not a list of \`All\``);
  }
  return value.length > 0;
}

/** What the query says and the body does not would be overlooked by upstream, and may be what a rule was asked about. */
function agreeQuery(object: JsonObject, options: WriteOptions, query: BodyPath['query']): void {
  const differs = QUERY_KEYS.find((key) => query.has(key) && query.get(key)?.[0] !== String(object[key] ?? ''));
  const uid = query.get('uid')?.[0] ?? '';
  const isUidLost = uid !== '' && uid !== options.preconditions?.uid;
  const isDryRunLost = query.has('dryRun') && !options.isDryRun;
  const key = differs ?? (isDryRunLost ? 'dryRun' : isUidLost ? 'uid' : undefined);
  if (key === undefined) return;
  throw new Refusal('QUERY_AMBIGUOUS', `\`${key}\` in the query would be ignored, since the delete has a body`, {
    advice: `say \`${key}\` in the body alone, or send no body`,
  });
}

interface Scalars {
  readonly string: string;
  readonly number: number;
  readonly boolean: boolean;
}

function typed<T extends keyof Scalars>(
  object: JsonObject,
  place: string,
  key: string,
  type: T,
): Scalars[T] | undefined {
  const value = object[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== type) throw unreadable(`\`${place}${key}\` in the body is not a ${type}`);
  return value as Scalars[T];
}
