/*
 * One yes for a release of Helm (`intent: helm`): the pending record, which Helm writes before anything else, is the question; what the release says is then covered by
 * its yes. Invariant: what is covered is asked by the same token, on the same target, held by the very same rules; it sets nothing that the record did not say, and a patch
 * is covered only where the object, as its target would store it, holds all that the record says.
 */
import { hash } from 'node:crypto';
import type { CommandCall } from '../approval/rest.ts';
import type { Probe, WriteBack } from '../connectors/connector.ts';
import { callerKey } from '../model/caller.ts';
import type { HoldDecision } from '../model/decision.ts';
import type { JsonObject, JsonValue, Operation, Patch } from '../model/operation.ts';
import { Rejection } from '../model/rejection.ts';
import { RELEASE_LIMITS } from '../model/rest-limits.ts';
import { holdsAll } from '../release/holds-all.ts';
import { RECORD_PREFIX, type Release, recordName, releaseIn } from '../release/release.ts';
import { type PendingRelease, releaseWords, withinRelease } from '../release/within-release.ts';
import type { HeldReleases } from './held-releases.ts';
import type { Judged } from './judge.ts';

interface Parts {
  readonly releases: HeldReleases;
  readonly probe: Pick<Probe, 'result'>;
  readonly writeBack: Pick<WriteBack, 'own'>;
}

type Held = Judged & { readonly decision: HoldDecision };

/** What a held call is of a release; undefined where it is of none, or is asked about by itself. `live`: the object as it is. */
export async function heldRelease(
  parts: Parts,
  held: Held,
  live: JsonObject | null | undefined,
): Promise<CommandCall | undefined> {
  const { operation, decision } = held;
  if (!decision.holds.every(({ intent }) => intent === 'helm') || decision.lifts !== undefined) return undefined;
  if (operation.options.isDryRun) return undefined;
  const release = pendingIn(operation);
  return release === undefined ? coveredCall(parts, held, live) : pendingCall(parts, held, release);
}

const PENDING: readonly string[] = ['pending-install', 'pending-upgrade', 'pending-rollback'];

/** The release whose pending record the operation makes. */
export function pendingIn({ verb, apiGroup, resource, namespace, subresource, body }: Operation): Release | undefined {
  if (verb !== 'create' || apiGroup !== '' || resource !== 'secrets' || subresource !== '') return undefined;
  const release = body?.object === undefined ? undefined : releaseIn(body.object);
  return release !== undefined && release.namespace === namespace && PENDING.includes(release.status)
    ? release
    : undefined;
}

/** Whether the operation writes what stands in a record of Helm’s, new or old, whatever that is. */
export function writesRecord({ apiGroup, resource, subresource, name: named, body }: Operation): boolean {
  if (apiGroup !== '' || resource !== 'secrets' || subresource !== '' || body === undefined) return false;
  const { object, patch } = body;
  if (patch !== undefined && !writesData(patch)) return false;
  const { type, metadata } = object ?? (patch !== undefined && patch.type !== 'json' ? patch.object : {});
  const { name } = isMap(metadata) ? metadata : {};
  return type === 'helm.sh/release.v1' || [named, name].some((each) => String(each ?? '').startsWith(RECORD_PREFIX));
}

/** Labels and annotations of a record hold nothing that Helm applies. */
function writesData(patch: Patch): boolean {
  if (patch.type !== 'json')
    return Object.keys(patch.object).some((key) => !['kind', 'apiVersion', 'metadata', 'type'].includes(key));
  return patch.operations.some((operation) => {
    const paths = isMap(operation) ? [operation.path, operation.from] : [''];
    return paths.some((path) => path !== undefined && !String(path).startsWith('/metadata/'));
  });
}

function isMap(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function pendingCall(parts: Parts, held: Held, release: Release): Promise<CommandCall> {
  const owner = ownerOf(held);
  const command = hash(
    'sha256',
    JSON.stringify([owner, release.name, release.namespace, release.revision, release.digest]),
    'hex',
  );
  const pending = { release, before: await revisionsBefore(parts, held, release) };
  parts.releases.keep({ ...pending, command, owner });
  const { forMs, usesMax } = RELEASE_LIMITS;
  const verbs = ['create', 'delete', 'patch', 'update'];
  const whole = {
    verbs,
    usesMax: Math.min(usesMax, usesOf(pending)),
    forMs,
    earlier: [],
    covers: releaseWords(pending),
  };
  return { command, verb: held.operation.verb, whole };
}

/** Each object is written once, and each hook is made and deleted twice at most; the rest is for records, and for what Helm tries again. */
function usesOf({ release, before }: PendingRelease): number {
  const olds = before.reduce((sum, { objects }) => sum + objects.length, 0);
  return 2 * (release.objects.length + olds) + 4 * release.hooks.length + 20;
}

async function coveredCall(
  { releases, probe }: Parts,
  held: Held,
  live: JsonObject | null | undefined,
): Promise<CommandCall | undefined> {
  const { operation, caller } = held;
  for (const pending of releases.of(ownerOf(held))) {
    const within = withinRelease(pending, operation, live);
    if (within.kind === 'no') continue;
    if (within.kind === 'holds') {
      const result = await probe.result(operation, caller);
      if (result === 'unknown' || result instanceof Rejection || !holdsAll(result, within.wanted)) continue;
    }
    return { command: pending.command, verb: operation.verb };
  }
  return undefined;
}

/** The revisions that it takes the place of, in its caller's own name: back to the one that is deployed. */
async function revisionsBefore(
  { writeBack }: Parts,
  { caller, operation }: Held,
  release: Release,
): Promise<readonly Release[]> {
  const found: Release[] = [];
  const last = Math.max(1, release.revision - RELEASE_LIMITS.revisionsMax);
  for (let revision = release.revision - 1; revision >= last; revision--) {
    const name = recordName(release, revision);
    const read = await writeBack.own({ ...operation, verb: 'get', name, body: undefined }, caller);
    // What is not there was pruned; what cannot be read is taken to say nothing, so that its objects are asked about.
    if (read === null || typeof read === 'string') continue;
    const before = releaseIn(JSON.parse(read.bytes.toString('utf8')) as JsonObject);
    if (before === undefined || before.name !== release.name) continue;
    found.push(before);
    if (before.status === 'deployed') break;
  }
  return found;
}

function ownerOf({ caller, operation, decision: { holds } }: Held): string {
  return JSON.stringify([callerKey(caller), caller.issued?.id ?? '', caller.tokenDigest, operation.target, holds]);
}
