/*
 * The way back from one exchange. Each step of it is a request of whoever undoes, served like any other: policy judges it, persons are asked where it is held, masks
 * apply to what comes back, and it is recorded. The object before is read by nobody: it goes upstream in the request that puts it back, and what is shown of it is that
 * request's own dry run.
 */
import { hash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Caller } from '../../model/caller.ts';
import type { JsonObject } from '../../model/operation.ts';
import type { PreImage } from '../../model/pre-image.ts';
import { Refusal } from '../../model/refusal.ts';
import type { ShownChange } from '../../model/shown.ts';
import type { Undone, UndoShown } from '../../model/undo-shown.ts';
import type { WayBack } from '../../model/way-back.ts';
import { collectBytes } from '../../std/byte-source.ts';
import { newExchangeId } from '../../std/ids.ts';
import { noApprovals } from '../approvals.ts';
import type { Gateway } from '../gateway.ts';
import { serve } from '../serve.ts';
import { shownChanges } from '../shown-changes.ts';

/** Limit: bytes of one reply that are read. */
const REPLY_BYTES_MAX = 16 * 1024 * 1024;

/** Limit: fields that are shown. */
const CHANGES_MAX = 500;

/** The data path's gateways, as they are now. */
interface GatewaysByTarget {
  get(target: string): Gateway | undefined;
  values(): Iterable<Gateway>;
}

/** Undoes at one gateway; `gateways` by target. */
export class Undo {
  readonly #gateways: GatewaysByTarget;

  constructor(gateways: GatewaysByTarget) {
    this.#gateways = gateways;
  }

  /**
   * What the way back would do; `isSure`: it is known that the exchange did what it asked.
   *
   * @throws {Refusal} FACT_UNKNOWN the object as it is now cannot be read; RECORDING_UNAVAILABLE
   */
  async look(caller: Caller, exchange: string, isSure: boolean, signal: AbortSignal): Promise<UndoShown> {
    return (await this.#looked(caller, exchange, isSure, signal)).shown;
  }

  /**
   * Does what was shown.
   *
   * @throws {Refusal} NOT_FOUND there is no way back; VERSION_CHANGED it is another one than was shown; as `look`
   */
  async apply(caller: Caller, exchange: string, isSure: boolean, digest: string, signal: AbortSignal): Promise<Undone> {
    const looked = await this.#looked(caller, exchange, isSure, signal);
    const { shown } = looked;
    if (!('way' in looked) || shown.kind === 'none') throw noWay(shown);
    if (shown.digest !== digest)
      throw new Refusal('VERSION_CHANGED', 'the way back is another one than was shown: the object has changed', {
        advice: 'look at it again',
      });
    const { id, status, body } = await ask(looked.gateway, caller, looked.way, '', signal);
    return { exchange: id, status, message: status < 300 ? '' : messageIn(body) };
  }

  async #looked(caller: Caller, exchange: string, isSure: boolean, signal: AbortSignal): Promise<Looked> {
    const image = await this.#imageOf(exchange);
    const gateway = image === undefined ? undefined : this.#gateways.get(image.target);
    if (image === undefined || gateway === undefined) return { shown: none(NOTHING_KEPT) };
    // Security: what may have been there before is not deleted.
    if (image.object === null && !isSure) return { shown: none('it is not known whether it made the object') };
    // Security: nobody is asked anything so that somebody may look.
    const looking = { ...gateway, approvals: noApprovals };
    const cluster = await gateway.probe.clusterUid();
    if (isAnother(cluster, image)) return { shown: none(ANOTHER_CLUSTER) };
    const live = await liveObject(looking, caller, image, signal);
    const way = gateway.connector.undo.wayBack(image, live);
    if (way.kind === 'none') return { shown: none(way.why) };
    // Security: what is there is known by its uid; what is made again would be made in whatever cluster the name leads to now, with all that it holds.
    if (way.objectPath === undefined && (cluster === 'unknown' || image.cluster === undefined))
      return { shown: none(UNKNOWN_CLUSTER) };
    const dry = await dryRun(looking, caller, image, way, signal);
    const changes = dry.refused === undefined ? changesOf(way, live, dry.body) : undefined;
    const asked = `${way.method} ${way.path}`;
    const metadata = (live?.metadata ?? {}) as JsonObject;
    // Security: no value of the kept object goes in, or who looks could try values on it; what is kept of an exchange is always the same.
    const digest = hash(
      'sha256',
      JSON.stringify([exchange, asked, cluster, metadata.uid, metadata.resourceVersion]),
      'hex',
    );
    const shown: UndoShown = {
      kind: 'some',
      operation: way.operation,
      asked,
      lost: way.lost,
      ...(changes === undefined || changes.length > CHANGES_MAX ? {} : { changes }),
      missing: missingOf(dry.refused, changes),
      digest,
    };
    return { shown, way, gateway };
  }

  async #imageOf(exchange: string): Promise<PreImage | undefined> {
    for (const { preImages } of this.#gateways.values()) return preImages.read(exchange);
    return undefined;
  }
}

type Request = Extract<WayBack, { kind: 'request' }>;

type Looked =
  | { readonly shown: UndoShown }
  | { readonly shown: UndoShown; readonly way: Request; readonly gateway: Gateway };

const NOTHING_KEPT =
  'nothing is kept here of how it was before: no rule says so (`record: { preImage: true }`), there is no way back from it, or another gateway did it';

const ANOTHER_CLUSTER = 'the target is another cluster now than the one that it was done on';

const UNKNOWN_CLUSTER =
  'it is not known whether the target is still the cluster that it was done on: its reader may not get the namespace `kube-system`';

function isAnother(cluster: string, image: PreImage): boolean {
  return cluster !== 'unknown' && image.cluster !== undefined && image.cluster !== cluster;
}

function noWay(shown: UndoShown): Refusal {
  return new Refusal('NOT_FOUND', `there is no way back: ${shown.kind === 'none' ? shown.why : ''}`);
}

function none(why: string): UndoShown {
  return { kind: 'none', why };
}

function missingOf(refused: string | undefined, changes: readonly ShownChange[] | undefined): readonly string[] {
  if (refused !== undefined) return [`what it would change: ${refused}`];
  return (changes?.length ?? 0) > CHANGES_MAX
    ? [`what it would change: ${changes?.length} fields, more than can be shown`]
    : [];
}

/** Where its object is to be, what is there and what would be; of a delete, nothing is left. */
function changesOf(
  { method }: Request,
  live: JsonObject | null,
  after: JsonObject,
): readonly ShownChange[] | undefined {
  if (method !== 'PUT' || live === null || after.kind !== live.kind) return undefined;
  return shownChanges({ plain: live, masked: live }, { plain: after, masked: after }, undefined);
}

async function liveObject(
  gateway: Gateway,
  caller: Caller,
  image: PreImage,
  signal: AbortSignal,
): Promise<JsonObject | null> {
  const path = gateway.connector.undo.pathOf(image);
  const { status, body } = await ask(gateway, caller, { method: 'GET', path }, '', signal);
  if (status === 404) return null;
  if (status > 299)
    throw new Refusal('FACT_UNKNOWN', `the object as it is now cannot be read: ${messageIn(body)}`, {
      advice: 'ask for the right to get it',
    });
  return body;
}

/**
 * The object as the way back would leave it, or why that is not told. Of a delete with options, the target reads all of them from its body, and none from its query.
 *
 * Security: looking does nothing: a server behind the target may know no dry runs and do what it is asked, so none is sent where it is not known to.
 */
async function dryRun(
  gateway: Gateway,
  caller: Caller,
  { operation: { apiGroup, apiVersion } }: PreImage,
  way: Request,
  signal: AbortSignal,
): Promise<{ readonly refused?: string; readonly body: JsonObject }> {
  if (!(await gateway.probe.takesDryRuns({ apiGroup, apiVersion })))
    return { refused: `it is not known whether the server of \`${apiGroup}\` takes dry runs`, body: {} };
  const { status, body } =
    way.method === 'DELETE'
      ? await ask(gateway, caller, { ...way, body: { ...way.body, dryRun: ['All'] } }, '', signal)
      : await ask(gateway, caller, way, '?dryRun=All', signal);
  return status < 300 ? { body } : { refused: `its dry run is refused: ${messageIn(body)}`, body };
}

/** One request of theirs, as any. */
async function ask(
  gateway: Gateway,
  caller: Caller,
  { method, path, body }: { readonly method: string; readonly path: string; readonly body?: JsonObject },
  query: string,
  signal: AbortSignal,
): Promise<{ readonly id: string; readonly status: number; readonly body: JsonObject }> {
  const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  const id = newExchangeId(gateway.clock.now());
  const raw = {
    id,
    method,
    uri: `${path}${query}`,
    rawHeaders: [
      ...['accept', 'application/json', 'user-agent', 'sallyport-undo'],
      ...(bytes === undefined ? [] : ['content-type', 'application/json', 'content-length', String(bytes.length)]),
    ],
    httpVersion: '1.1',
    peer: 'the control plane',
    body: Readable.from(bytes === undefined ? [] : [bytes]),
    upgrade: undefined,
  } as const;
  const answer = await serve({ ...gateway, authenticate: async () => caller }, raw, signal);
  const said =
    answer.kind === 'refused'
      ? Buffer.from(answer.body)
      : answer.kind === 'unary'
        ? await collectBytes(answer.body, REPLY_BYTES_MAX)
        : undefined;
  if (said === undefined) throw new Error('an undo was answered by a stream');
  return { id, status: answer.status, body: parsed(said) };
}

function parsed(bytes: Buffer): JsonObject {
  try {
    return JSON.parse(bytes.toString('utf8')) as JsonObject;
  } catch {
    return { message: 'the target’s answer is no JSON' };
  }
}

function messageIn({ message }: JsonObject): string {
  return typeof message === 'string' ? message : 'no reason was told';
}
