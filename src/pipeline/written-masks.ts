/*
 * Masks that a caller writes back, for one attempt to do what it asks: what is stored is read once, in the caller's own name, and the request is then held to the
 * version that was read. Policy judges, and the journal keeps, the request as it was written; only upstream is sent the values, in a dry run too.
 */
import type { Connector, Kin, Probe, StoredObject, WriteBack } from '../connectors/connector.ts';
import type { MaskKey } from '../masking/form/mask-key.ts';
import { isSame, valueAt } from '../masking/written/leaves.ts';
import { manifestSources } from '../masking/written/manifest-sources.ts';
import { type PutBack, putBack, putBackPatch } from '../masking/written/put-back.ts';
import { type Source, sourceOf, type View } from '../masking/written/source.ts';
import type { Caller } from '../model/caller.ts';
import type { JsonObject, JsonValue, Operation } from '../model/operation.ts';
import type { RestoredBody } from '../model/permit.ts';
import { isSamePrecondition } from '../model/precondition.ts';
import { Refusal } from '../model/refusal.ts';
import type { DeletedObjects } from './deleted-objects.ts';
import type { Judged } from './judge.ts';
import type { Masking } from './masking.ts';
import { refusedMask } from './refused-mask.ts';
import { shownTo } from './shown-to.ts';

interface Parts {
  readonly writeBack: WriteBack;
  readonly connector: Pick<Connector, 'pin'>;
  readonly masking: Masking;
  readonly deleted: Pick<DeletedObjects, 'of'>;
}

/** What is done with the masks of one attempt. */
export interface WrittenMasks<G> {
  /** The same gateway, whose dry runs hold values where the request holds masks. @throws {Refusal} as `whole` */
  readonly gateway: G;
  /**
   * The request with its values, where policy allows it.
   *
   * @throws {Refusal} MASK_MISPLACED, MASK_STALE a mask cannot be put back; OBJECT_CHANGED it is another version than was judged; FACT_UNKNOWN what is stored
   * could not be read; what `pin` refuses
   */
  readonly whole: (judged: Judged) => Judged | Promise<Judged>;
}

/** `hasMasks`: whether the request of this caller, to this target, holds any; without any, nothing is done and nothing is read. */
export function writtenMasks<G extends Parts & { readonly probe: Probe }>(
  gateway: G,
  caller: Caller,
  target: string,
  hasMasks: boolean,
): WrittenMasks<G> {
  if (!hasMasks) return { gateway, whole: asItIs };
  const writing = new Writing(gateway, caller, target);
  const { probe } = gateway;
  const result: Probe['result'] = async (operation, asking) => probe.result(await writing.restored(operation), asking);
  const preview: Probe['preview'] = async (operation, body, asking, signal, mayRead) =>
    probe.preview(operation, body && (await writing.body(operation)), asking, signal, mayRead);
  return { gateway: { ...gateway, probe: { ...probe, result, preview } }, whole: (judged) => writing.whole(judged) };
}

const asItIs = (judged: Judged): Judged => judged;

class Writing {
  readonly #parts: Parts;
  readonly #caller: Caller;
  readonly #target: string;
  #own: Promise<StoredObject | null> | undefined;

  constructor(parts: Parts, caller: Caller, target: string) {
    this.#parts = parts;
    this.#caller = caller;
    this.#target = target;
  }

  async whole(judged: Judged): Promise<Judged> {
    if (judged.decision.effect !== 'allow') return judged;
    const own = await this.#stored(judged.operation);
    const held = await this.#held(judged, own);
    return { ...held, restored: await this.#body(held.operation, own) };
  }

  /** The operation with its values. */
  async restored(operation: Operation): Promise<Operation> {
    return operation.body === undefined
      ? operation
      : { ...operation, body: { ...operation.body, ...(await this.body(operation)) } };
  }

  /** The operation's body with its values. */
  async body(operation: Operation): Promise<RestoredBody> {
    return this.#body(operation, await this.#stored(operation));
  }

  /** The request, held to the version whose values it is given. */
  async #held(judged: Judged, own: StoredObject | null): Promise<Judged> {
    const { request, operation, precondition } = judged;
    const object = own === null ? null : jsonOf(own);
    if (precondition === undefined)
      return { ...judged, ...(await this.#parts.connector.pin(request, operation, [object])) };
    const version = own === null ? 'absent' : versionOf(jsonOf(own));
    if (isSamePrecondition(precondition, version)) return judged;
    throw new Refusal('OBJECT_CHANGED', 'the object changed while it was looked up, so nothing was done', {
      advice: 'get its latest version, and ask again',
    });
  }

  async #body(operation: Operation, own: StoredObject | null): Promise<RestoredBody> {
    const { writeBack } = this.#parts;
    const deleted = this.#parts.deleted.of(this.#caller, this.#target);
    const first = own ?? deleted.find((object) => isNamed(object, operation)) ?? null;
    const { key, retired } = this.#parts.masking;
    const current = new Attempt(operation, (kind) => this.#view(kind, key), first);
    const failed = current.done;
    if (failed.kind === 'whole') return writeBack.put(operation, failed.strings);
    const attempts = [current, ...retired.map((old) => new Attempt(operation, (kind) => this.#view(kind, old), first))];
    const whole = attempts.flatMap(({ done }) => (done.kind === 'whole' ? [done] : []))[0];
    if (whole !== undefined) return writeBack.put(operation, whole.strings);
    const object = own === null ? null : jsonOf(own);
    for await (const kin of writeBack.kin(operation, object, this.#caller, deleted))
      for (const attempt of attempts) {
        const done = attempt.with(kin);
        if (done.kind === 'whole') return writeBack.put(operation, done.strings);
      }
    throw refusedMask(failed);
  }

  #view(kind: Kind, key: MaskKey): View {
    return shownTo(this.#parts.masking, this.#caller, this.#target, kind, key);
  }

  #stored(operation: Operation): Promise<StoredObject | null> {
    this.#own ??= this.#read(operation);
    return this.#own;
  }

  async #read(operation: Operation): Promise<StoredObject | null> {
    const read = await this.#parts.writeBack.own(operation, this.#caller);
    if (read === 'forbidden')
      throw new Refusal(
        'MASK_MISPLACED',
        'the request holds masks, and its caller may not get the object that they are of',
        {
          advice: 'leave the fields out with a patch of what is to change, or write the values themselves',
        },
      );
    if (read === 'unknown')
      throw new Refusal('FACT_UNKNOWN', 'the request holds masks, and what they stand for could not be read', {
        advice: 'try again',
      });
    return read;
  }
}

type Kind = Pick<StoredObject, 'apiGroup' | 'resource' | 'namespace'>;

/** The masks of one request as they were made under one key: what is shown at once is of one. */
class Attempt {
  readonly #operation: Operation;
  readonly #viewOf: (kind: Kind) => View;
  readonly #view: View;
  readonly #sources: Source[];
  done: PutBack;

  constructor(operation: Operation, viewOf: (kind: Kind) => View, first: StoredObject | null) {
    this.#operation = operation;
    this.#viewOf = viewOf;
    this.#view = viewOf(operation);
    this.#sources = first === null ? [] : [sourceOf(first.bytes, viewOf(first))];
    this.done = putBackIn(operation, this.#sources, this.#view);
  }

  /** The same with what another object passes on. */
  with(kin: Kin): PutBack {
    const added = kinSources(kin, sourceOf(kin.bytes, this.#viewOf(kin)));
    if (added.length === 0) return this.done;
    this.#sources.push(...added);
    this.done = putBackIn(this.#operation, this.#sources, this.#view);
    return this.done;
  }
}

function jsonOf({ bytes }: StoredObject): JsonObject {
  return JSON.parse(bytes.toString('utf8')) as JsonObject;
}

/** Whether it is the very object that is made anew. */
function isNamed(object: StoredObject, { apiGroup, resource, namespace, verb, name, body }: Operation): boolean {
  const called = verb === 'create' ? valueAt(body?.object, ['metadata', 'name']) : name;
  return (
    object.apiGroup === apiGroup &&
    object.resource === resource &&
    object.namespace === namespace &&
    valueAt(jsonOf(object), ['metadata', 'name']) === called
  );
}

function versionOf(object: JsonObject) {
  const [resourceVersion, uid] = ['resourceVersion', 'uid'].map((key) => valueAt(object, ['metadata', key]));
  return { resourceVersion: String(resourceVersion ?? ''), uid: String(uid ?? '') };
}

function putBackIn({ body }: Operation, sources: readonly Source[], view: View): PutBack {
  const patch = body?.patch;
  if (patch?.type === 'json') return putBackPatch(patch.operations, sources, view);
  return putBack({ object: patch?.object ?? body?.object ?? null }, sources, view);
}

/** What another object passes on; only its owner's own masks compare along its own life. */
function kinSources(kin: Kin, { own: _, ...source }: Source): readonly Source[] {
  switch (kin.as) {
    case 'revision':
      return [source];
    case 'manifest':
      return manifestSources(source, kin.resource === 'secrets' ? 2 : 1, kin.named);
    case 'template': {
      const shown = templateOf(valueAt(source.shown, kin.at));
      const stored = templateOf(valueAt(source.stored, kin.at));
      if (shown === undefined || stored === undefined) return [];
      const isFor = (written: JsonValue) => isSame(templateOf(valueAt(written, ['spec', 'template'])), shown);
      return [{ shown: { spec: { template: shown } }, stored: { spec: { template: stored } }, isFor }];
    }
  }
}

/** A pod template without what tells its revision alone, and without nulls, which clients add where a field is not set. */
function templateOf(template: JsonValue | undefined): JsonValue | undefined {
  if (template === null || typeof template !== 'object') return undefined;
  const text = JSON.stringify(template, (key, value: JsonValue) =>
    value === null || key === 'pod-template-hash' ? undefined : value,
  );
  return JSON.parse(text) as JsonValue;
}
