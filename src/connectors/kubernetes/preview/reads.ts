/*
 * What a look reads at the target, in its caller's own name, so that whoever asks learns nothing that it may not read itself. All of one look has one end in time
 * and one number of reads; what comes after is `unknown`.
 */
import type { Caller } from '../../../model/caller.ts';
import type { JsonObject, JsonValue } from '../../../model/operation.ts';
import { AtMost } from '../../../std/at-most.ts';
import { collectBytes } from '../../../std/byte-source.ts';
import type { MayRead, Unread } from '../../connector.ts';
import { isJsonObject } from '../is-json-object.ts';
import type { Upstream, UpstreamRequest } from '../upstream/upstream.ts';
import { objectsAt, textAt } from './json-at.ts';
import { LOOK_LIMITS } from './preview-limits.ts';

interface Parts {
  readonly upstream: Upstream;
  readonly upstreamIdentity: 'caller' | 'credential';
  readonly caller: Caller;
  readonly signal: AbortSignal;
  /** What may be read at all; absent: whatever the target lets its caller. */
  readonly mayRead?: MayRead | undefined;
}

/** What is asked beside the path. */
export interface ListOptions {
  /** Joined by `&`, encoded. */
  readonly query?: string;
  /** Metadata alone. */
  readonly isMetadata?: boolean;
  /** Limit: as many are wanted by name; the rest are counted. Absent: all are. */
  readonly wanted?: number;
}

/** The objects of a list. */
export interface Listed {
  readonly items: readonly JsonObject[];
  /** How many there are in all. */
  readonly count: number;
  /** Whether all of them are in `items`. */
  readonly isWhole: boolean;
}

/** An answer to a request that is no read. */
export interface Sent {
  readonly status: number;
  /** Undefined: it is no JSON object. */
  readonly object: JsonObject | undefined;
}

const JSON_TYPE = 'application/json';
const METADATA = `${JSON_TYPE};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,${JSON_TYPE}`;

/** The reads of one look. */
export class Reads {
  readonly #parts: Parts;
  readonly #reading = new AtMost(LOOK_LIMITS.atOnceMax);
  #left = LOOK_LIMITS.readsMax;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The object at a path; null: there is none. */
  async get(path: string): Promise<JsonObject | null | Unread> {
    const uri = encodedPath(path);
    if (!(await this.#mayRead(uri))) return 'forbidden';
    const answer = await this.send({ method: 'GET', uri });
    if (answer === undefined) return 'unknown';
    if (answer.status === 404) return null;
    if (answer.status === 403) return 'forbidden';
    return answer.status === 200 && answer.object !== undefined ? answer.object : 'unknown';
  }

  /** The objects of a list, page by page. */
  async list(path: string, { query = '', isMetadata = false, wanted }: ListOptions = {}): Promise<Listed | Unread> {
    // Security: the same path without its query is a list of as much, and more.
    if (!(await this.#mayRead(encodedPath(path)))) return 'forbidden';
    const items: JsonObject[] = [];
    let next = '';
    for (;;) {
      const limit = wanted ?? LOOK_LIMITS.pageObjects;
      const asked = [query, `limit=${limit}`, next === '' ? '' : `continue=${encodeURIComponent(next)}`];
      const answer = await this.send({
        method: 'GET',
        uri: `${encodedPath(path)}?${asked.filter((part) => part !== '').join('&')}`,
        ...(isMetadata ? { accept: METADATA } : {}),
      });
      if (answer?.status === 403) return 'forbidden';
      // The target serves no such kind.
      if (answer?.status === 404) return { items: [], count: 0, isWhole: true };
      if (answer?.status !== 200 || answer.object === undefined) return 'unknown';
      for (const item of objectsAt(answer.object, 'items')) items.push(item);
      next = textAt(answer.object, 'metadata', 'continue');
      if (next === '') return { items, count: items.length, isWhole: true };
      if (wanted !== undefined || items.length >= LOOK_LIMITS.objectsMax)
        return { items, count: items.length + remaining(answer.object), isWhole: false };
    }
  }

  async #mayRead(uri: string): Promise<boolean> {
    return (await this.#parts.mayRead?.(uri)) ?? true;
  }

  /** Undefined: it was not answered, or not in time, or would be one read too many. */
  async send(
    request: Pick<UpstreamRequest, 'method' | 'uri'> & {
      readonly accept?: string;
      readonly body?: Buffer;
      readonly contentType?: string;
    },
  ): Promise<Sent | undefined> {
    if (this.#left-- <= 0) return undefined;
    return this.#reading.run(() => this.#sent(request)).catch(() => undefined);
  }

  async #sent({ method, uri, accept = JSON_TYPE, body, contentType }: Parameters<Reads['send']>[0]): Promise<Sent> {
    const { upstream, upstreamIdentity, caller, signal } = this.#parts;
    const reply = await upstream.send(
      {
        method,
        uri,
        headers: new Map([
          ['accept', [accept]],
          ...(contentType === undefined ? [] : [['content-type', [contentType]] as const]),
        ]),
        body,
        identity: upstreamIdentity === 'caller' ? { subject: caller.subject, groups: caller.groups } : undefined,
        isStream: false,
      },
      AbortSignal.any([signal, AbortSignal.timeout(LOOK_LIMITS.timeoutMs)]),
    );
    const bytes = await collectBytes(reply.body, LOOK_LIMITS.answerBytesMax);
    return { status: reply.status, object: parsed(bytes) };
  }
}

function remaining(list: JsonObject): number {
  const { metadata } = list;
  const count = isJsonObject(metadata) ? metadata.remainingItemCount : undefined;
  return typeof count === 'number' ? count : 0;
}

function parsed(bytes: Buffer): JsonObject | undefined {
  try {
    const value: JsonValue = JSON.parse(bytes.toString('utf8'));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A decoded path, encoded again segment by segment. */
function encodedPath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
