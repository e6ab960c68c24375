import { CliError } from '../cli-error.ts';
import type { OfflineRequest } from './offline-request.ts';
import { type Asked, named, pathOf, withQuery, writeQuery } from './place-of-words.ts';

const STRATEGIC = { 'content-type': 'application/strategic-merge-patch+json' };
const RESTARTED = { 'kubectl.kubernetes.io/restartedAt': '2026-01-05T12:00:00Z' };

/** What each part of `rollout` sends to a workload. An `undo` brings back an earlier template, which is not known here. */
const PATCHES: Readonly<Record<string, object | undefined>> = {
  restart: { spec: { template: { metadata: { annotations: RESTARTED } } } },
  pause: { spec: { paused: true } },
  resume: { spec: { paused: null } },
  undo: undefined,
};

/**
 * `rollout restart deploy/web`, `pause`, `resume` and `undo`, which change it; `status`, which watches it; `history`, which lists its revisions.
 *
 * Source: https://github.com/kubernetes/kubectl/tree/v0.37.2/pkg/cmd/rollout
 */
export function rollout(asked: Asked): readonly OfflineRequest[] {
  const [part = '', ...rest] = asked.rest;
  const inner = { ...asked, verb: `rollout ${part}`, rest };
  const place = named(inner);
  if (place.name === '')
    throw new CliError(`\`rollout ${part}\` needs a workload, such as \`rollout restart deploy/web\``);
  if (part === 'status') {
    const pairs = [
      ['fieldSelector', `metadata.name=${place.name}`],
      ['watch', 'true'],
    ];
    return [{ method: 'GET', uri: withQuery(pathOf(inner, { ...place, name: '' }), pairs) }];
  }
  if (part === 'history') {
    const revisions = place.kind.resource === 'deployments' ? 'replicasets.apps' : 'controllerrevisions.apps';
    return [{ method: 'GET', uri: pathOf(inner, named({ ...inner, rest: [revisions] })) }];
  }
  if (!Object.hasOwn(PATCHES, part))
    throw new CliError(
      `\`${part}\` is no part of \`rollout\`; there are ${Object.keys(PATCHES).join(', ')}, status, history`,
    );
  const body = asked.object ?? PATCHES[part];
  const uri = withQuery(pathOf(inner, place), writeQuery(inner));
  return [{ method: 'PATCH', uri, ...(body === undefined ? {} : { headers: STRATEGIC, body }) }];
}
