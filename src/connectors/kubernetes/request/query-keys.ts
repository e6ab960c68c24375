import { Refusal } from '../../../model/refusal.ts';
import { printable } from '../printable.ts';
import type { Query } from './query.ts';

/**
 * The keys that change what a request means and of which upstream takes the first value only; another reader may take the last.
 *
 * Source: ListOptions, GetOptions, CreateOptions, UpdateOptions, PatchOptions, DeleteOptions of
 * https://github.com/kubernetes/apimachinery/blob/v0.37.2/pkg/apis/meta/v1/types.go, PodLogOptions, PodExecOptions and PodAttachOptions of
 * https://github.com/kubernetes/api/blob/v0.35.4/core/v1/types.go
 */
const SINGLE_KEYS = [
  ...[
    'watch',
    'allowWatchBookmarks',
    'sendInitialEvents',
    'resourceVersion',
    'resourceVersionMatch',
    'timeoutSeconds',
    'limit',
    'continue',
  ],
  ...['fieldSelector', 'labelSelector', 'shardSelector', 'includeObject'],
  ...[
    'dryRun',
    'force',
    'fieldManager',
    'fieldValidation',
    'gracePeriodSeconds',
    'propagationPolicy',
    'orphanDependents',
    'uid',
  ],
  'ignoreStoreReadErrorWithClusterBreakingPotential',
  ...[
    'container',
    'stdin',
    'stdout',
    'stderr',
    'tty',
    'follow',
    'previous',
    'sinceSeconds',
    'sinceTime',
    'tailLines',
    'limitBytes',
    'stream',
  ],
  'insecureSkipTLSVerifyBackend',
];

/** Keys that mean something and may come more than once. */
const LIST_KEYS = ['command', 'ports'];

const SINGLE: ReadonlySet<string> = new Set(SINGLE_KEYS);
const EXACT: ReadonlyMap<string, string> = new Map([...SINGLE_KEYS, ...LIST_KEYS].map((key) => [folded(key), key]));

/**
 * Refuses a query in which a key that changes the meaning is given twice or misspelt in case or by `-`, `_` or spaces, and a `dryRun` that
 * is not `All`. Upstream ignores a misspelt key, so `dryrun=All` would run for real. Keys that mean nothing pass.
 *
 * @throws {Refusal} QUERY_AMBIGUOUS
 */
export function refuseAmbiguousKeys(query: Query): void {
  for (const [key, values] of query) {
    if (SINGLE.has(key)) {
      if (values.length > 1) throw ambiguous(`query key \`${key}\` is given more than once`);
      continue;
    }
    const exact = EXACT.get(folded(key));
    if (exact !== undefined && exact !== key) {
      throw ambiguous(`query key \`${printable(key)}\` would be ignored: it is spelt \`${exact}\``);
    }
  }
  const dryRun = query.get('dryRun')?.[0];
  if (dryRun !== undefined && dryRun !== 'All')
    throw ambiguous(`\`dryRun\` is \`${printable(dryRun)}\`: the one value it can have is \`All\``);
}

function folded(key: string): string {
  return key.toLowerCase().replaceAll(/[-_\s]/g, '');
}

function ambiguous(message: string): Refusal {
  return new Refusal('QUERY_AMBIGUOUS', message);
}
