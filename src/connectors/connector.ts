import type { Amendment } from '../model/amendment.ts';
import type { Caller } from '../model/caller.ts';
import type { JsonObject, Operation } from '../model/operation.ts';
import type { Permit, RestoredBody } from '../model/permit.ts';
import type { PreImage } from '../model/pre-image.ts';
import type { Precondition } from '../model/precondition.ts';
import type { Refusal } from '../model/refusal.ts';
import type { Rejection } from '../model/rejection.ts';
import type { FramedReply, MaskedReply, RefusedReply, Reply } from '../model/reply.ts';
import type { RawRequest, Request } from '../model/request.ts';
import type { Preview } from '../model/shown.ts';
import type { Unrepeatable } from '../model/unrepeatable.ts';
import type { UndoForeseen, WayBack } from '../model/way-back.ts';

/** A protocol adapter, bound to one target. The pipeline knows nothing of protocols but this. */
export interface Connector {
  /**
   * The very operation that upstream will see.
   *
   * @throws {Refusal} what two readers could read two ways, and what upstream does not serve
   */
  parse(request: Request): Promise<Operation>;

  /**
   * Sends the permit's request upstream, with a credential that the caller never sees, and resolves with the head of the reply. When `signal`
   * aborts, so does the request upstream. Where the reply's objects will be read, it is asked for in a form that can be.
   *
   * @throws {Refusal} UPSTREAM_UNREACHABLE, CREDENTIAL_UNAVAILABLE, ENCODING_NOT_ACCEPTABLE (nothing was sent); OUTCOME_UNKNOWN, UPSTREAM_TIMEOUT (it may have run)
   */
  forward(permit: Permit, signal: AbortSignal, reads: Reads): Promise<Reply>;

  /**
   * The request with a rule's edits made to it; the caller is told of them in its `warnings`. It is parsed and judged again before it is forwarded.
   *
   * @throws {Refusal} BODY_UNREADABLE an edit cannot be made to a body of this kind
   */
  amend(request: Request, operation: Operation, edits: readonly Amendment[]): Promise<Request>;

  /**
   * The request, held by upstream itself to the one state of its object that all `states` are of: the live object as it was looked up, or as upstream would
   * store it, and null where there was none. Undefined where the operation can be held to nothing, and where the caller itself asks for that version.
   *
   * @throws {Refusal} OBJECT_CHANGED the states are not of one moment, or the caller asks for another; BODY_UNREADABLE nothing can be put into this body
   */
  pin(request: Request, operation: Operation, states: readonly (JsonObject | null)[]): Promise<Pinned | undefined>;

  /** Whether upstream says, as far as the head of its reply tells, that the object is not in the state that the permit's request is held to. */
  isConflict(reply: Reply): boolean;

  /**
   * The request as one that does something at each time that it is sent, so that it must not be sent again blindly where it may have run; undefined where a
   * second time does no harm.
   */
  unrepeatable(request: Request, operation: Operation): Unrepeatable | undefined;

  /** What is asked for, the same at each try of its client; see `Asking`. */
  asking(request: Request, operation: Operation): Asking;

  readonly undo: Undoing;

  /**
   * The reply in the form in which its caller asked for it, where that is another than the one in which upstream was asked; else the same. The last step.
   *
   * @throws {Refusal} ENCODING_NOT_ACCEPTABLE it cannot be put into that form
   */
  framed(permit: Permit, reply: MaskedReply): MaskedReply | FramedReply;

  /** A refusal in the words of the protocol. Takes the raw request, since a refusal may come before it could be read. */
  refuse(refusal: Refusal, raw: RawRequest): RefusedReply;
}

/** How changes are undone by what was there before. */
export interface Undoing {
  /** Whether there will be a way back from a change, before it is done. */
  foreseen(operation: Operation): UndoForeseen;
  /** What is kept of the object before: `before` is null where there is none. */
  imageOf(operation: Operation, before: JsonObject | null): Pick<PreImage, 'operation' | 'object'>;
  /** Where the object of a pre-image is. */
  pathOf(image: PreImage): string;
  /** The way back, with the object as it is now; null: there is none. */
  wayBack(image: PreImage, live: JsonObject | null): WayBack;
  /** The uid of the object that a reply says was made, in whichever encoding it is; undefined: it does not say. */
  madeUid(reply: Buffer): string | undefined;
}

/** A request as one that a person may be asked about. */
export interface Asking {
  /**
   * What is asked for, as text: two requests with the same text are one question. The whole request, but for what a client's own second try at it changes: of an
   * upgrade the protocol, and what `mayDiffer` names.
   */
  readonly what: string;
  /** What of it may be another when it comes again, in words for who answers. */
  readonly mayDiffer: readonly string[];
  /** How its client takes it to wait. */
  readonly patience: Patience;
}

/** How a client takes a reply that does not come. */
export interface Patience {
  /** `upgrade`: as long as rules say for upgrades. 0: it is told at once. */
  readonly waitMs: number | 'upgrade';
  /** `again`: it follows a 429 by itself. `told`: whoever runs it has to run it again. */
  readonly after: 'again' | 'told';
}

/**
 * What of a reply will be read on its way to the caller: the objects in it, the objects as they are and not as rows of a table, or nothing that upstream could write in
 * another form.
 */
export type Reads = 'objects' | 'whole-objects' | 'nothing';

/** A request that upstream runs only while its object is as it was judged; but for that it is the request that was judged, byte for byte. */
export interface Pinned {
  readonly request: Request;
  readonly operation: Operation;
  readonly precondition: Precondition;
}

/**
 * Looks facts up at the target, for rules that need them: with `WriteBack`, the only way upstream beside a permit. Reads, and dry runs that store nothing.
 *
 * Nothing here throws: what cannot be had, or not in time, is `unknown`, and a rule that needs it then allows nothing. `null` is what is known
 * not to be there.
 */
export interface Probe {
  /** The live object that the operation names. */
  existing(operation: Operation, caller: Caller): Promise<JsonObject | null | 'unknown'>;
  /** The object as upstream would store it after this patch: the same request as a dry run, in the caller's own name. */
  result(operation: Operation, caller: Caller): Promise<JsonObject | 'unknown' | Rejection>;
  /** The pod behind a subresource of pods. */
  pod(operation: Operation, caller: Caller): Promise<JsonObject | null | 'unknown'>;
  namespaceLabels(operation: Operation, caller: Caller): Promise<Readonly<Record<string, string>> | null | 'unknown'>;
  /** The names of the services that lead to the operation's pod. */
  services(operation: Operation, caller: Caller): Promise<readonly string[] | 'unknown'>;
  /**
   * What the operation would do, looked up in its caller's own name; dry runs are sent with `body`, in which values stand for masks. Nothing that could store
   * something is sent. Where its caller itself is told, `mayRead` says what that may read by policy too.
   */
  preview(
    operation: Operation,
    body: RestoredBody | undefined,
    caller: Caller,
    signal: AbortSignal,
    mayRead?: MayRead,
  ): Promise<Looked>;
  /** The Secrets that the operation's pod is given, where the target opts its namespace in; else none, and nothing is asked. Never kept. */
  podSecrets(operation: Operation): Promise<PodSecrets>;
  /** Whether it is known that what serves a group takes dry runs as such: another might do what it is asked about. */
  takesDryRuns(kind: Pick<Operation, 'apiGroup' | 'apiVersion'>): Promise<boolean>;
  /** Where upstream would leave the operation's stream open when what it leads into ends: how that is asked for; else undefined. */
  lifeBehind(operation: Operation): LifeBehind | undefined;
  /** What tells the cluster behind the target from every other, whatever the target is called or where it is; never kept. */
  clusterUid(): Promise<string | 'unknown'>;
}

/** What tells one life of it from another, null once it has ended; undefined where nobody can tell. */
export type LifeBehind = () => Promise<string | null | undefined>;

/** Whether what is behind a request target may be read; what may not is told as missing. */
export type MayRead = (uri: string) => Promise<boolean>;

/** What was looked up of what an operation would do; nothing in it is masked. */
export interface Looked extends Omit<Preview, 'changes' | 'before' | 'pod'> {
  /** The object as it is, null where there is none, and as the target would store it. */
  readonly states?: { readonly before: JsonObject | null; readonly after: JsonObject };
  /** The object as the target would store it, whether or not the one before could be read. */
  readonly stored?: JsonObject;
  /** Which workload `share` and `scale` are of, the same whichever of its pods or sets is asked about; absent: of none. */
  readonly shareKey?: string;
  /** It may take pods of a workload away, and nobody can tell of which, or of how many. */
  readonly isShareUnknown?: true;
  /** There is nothing of the name that is to be deleted. */
  readonly isAbsent?: true;
  /** Why the target would not do it. */
  readonly rejection?: { readonly status: number; readonly reason: string; readonly message: string };
  /** The pod that a program would run in. */
  readonly pod?: JsonObject;
}

/**
 * Where the values of masks that are written back come from, and how they are written. What is read is read in the caller's own name: who was shown a mask may get
 * its object, and who may not is refused.
 */
export interface WriteBack {
  /** The object that the operation writes; null: it is not there. */
  own(operation: Operation, caller: Caller): Promise<StoredObject | null | Unread>;
  /** Other objects that are known to pass values on to it, one at a time, among them those that its caller has `deleted`; what cannot be read is left out. */
  kin(
    operation: Operation,
    own: JsonObject | null,
    caller: Caller,
    deleted: readonly StoredObject[],
  ): AsyncIterable<Kin>;
  /** The operation's body with other strings and numbers at these places, every other value as it is. @throws {Refusal} BODY_UNREADABLE it cannot be written so */
  put(
    operation: Operation,
    values: readonly { readonly path: readonly string[]; readonly value: string; readonly isNumber?: true }[],
  ): RestoredBody;
}

/** An object as upstream writes it. */
export interface StoredObject {
  readonly apiGroup: string;
  readonly resource: string;
  readonly namespace: string;
  readonly bytes: Buffer;
}

/** Why an object was not read: the caller may not, or it could not be. */
export type Unread = 'forbidden' | 'unknown';

/** An object whose values another one may take, and how. */
export type Kin = StoredObject &
  (
    | {
        /** All that stands at `at` in it becomes `spec.template`. */ readonly as: 'template';
        readonly at: readonly string[];
      }
    | { /** It is an earlier revision of the record that is written. */ readonly as: 'revision' }
    | {
        /** It is a record whose manifests may name what is written. */ readonly as: 'manifest';
        readonly named: NamedObject;
      }
  );

/** An object as a manifest names it. */
export interface NamedObject {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

export interface PodSecrets {
  readonly secrets: readonly PodSecret[];
  /** What could not be looked up, in a few words each. */
  readonly failed: readonly string[];
}

/** Values that a pod is given, which its output may show. */
export interface PodSecret {
  readonly name: string;
  readonly values: readonly Buffer[];
}
