/*
 * What passes is kept as it is masked: bodies, logs, what commands say, and that ports were forwarded. Nothing passes faster than the recorder takes it, and what it
 * cannot keep goes no further.
 */
import { ReplyMasker } from '../masking/objects/reply-masker.ts';
import type { KnownValues } from '../masking/text/known-values.ts';
import type { Permit } from '../model/permit.ts';
import type { MaskedReply, Reply, StreamReply, UnaryReply } from '../model/reply.ts';
import type { KeptHead } from '../recording/keeping.ts';
import { keepChannels } from './keep-channels.ts';
import { keptParts } from './kept-parts.ts';
import { keptSource } from './kept-source.ts';
import { shapeOf } from './mask-objects.ts';
import { isOutput } from './mask-output.ts';
import { maskedBody } from './masked-body.ts';
import { type Masking, openTo, planOf, readsOf } from './masking.ts';
import { keptView } from './output-view.ts';
import type { Recording } from './recording.ts';
import { headerOf } from './reply-headers.ts';
import { withheld } from './unrecorded.ts';

/**
 * Keeps the body of the request, masked by the masks of its kind, before it is forwarded: once, however often it is judged anew, and again only where it is another.
 *
 * @throws {Refusal} RECORDING_UNAVAILABLE
 */
export function keepingRequest(masking: Masking, recording: Pick<Recording, 'keep' | 'ready'>) {
  let last: string | undefined;
  return (permit: Permit): void => {
    const text = textToKeep(masking, permit, recording);
    if (text === undefined || text === last) return;
    last = text;
    const { bytesMax } = keptParts(permit);
    const head = { form: 'body', part: 'request', mediaType: 'application/json', cut: 'whole', bytesMax } as const;
    const keeping = recording.keep(head, () => {});
    keeping.bytes('o', Buffer.from(text));
    keeping.end({ isWhole: true });
  };
}

function textToKeep(masking: Masking, permit: Permit, recording: Pick<Recording, 'ready'>): string | undefined {
  const { caller, operation, request } = permit;
  const { isRequestKept, reply, stream } = keptParts(permit);
  if (isRequestKept || reply !== undefined || stream !== undefined) recording.ready();
  if (!isRequestKept) return undefined;
  const document = maskedBody(masking, caller, operation, request.id);
  return document === undefined ? undefined : JSON.stringify(document);
}

/**
 * The reply, kept as the caller is shown it. Where the caller is shown more than others are (`unmask`, an opened mask), `keepView` has kept what others would be
 * shown, and this nothing.
 *
 * @throws {Refusal} OUTCOME_UNKNOWN it cannot be kept, so that it is withheld
 */
export function keep(
  permit: Permit,
  reply: MaskedReply,
  masking: Masking,
  recording: Pick<Recording, 'keep' | 'typed'>,
): MaskedReply {
  return orWithheld(reply, () => {
    if (reply.kind === 'duplex') {
      if (!hasViewOfItsOwn(permit, masking)) keepChannels(permit, reply, masking, recording);
      return reply;
    }
    const head = headOf(permit, reply, masking);
    if (head === undefined || hasViewOfItsOwn(permit, masking)) return reply;
    return { ...reply, body: keptSource(reply.body, (onRoom) => recording.keep(head, onRoom)) };
  });
}

/**
 * The reply before it is masked, of which what others would be shown is kept, where its caller is shown more.
 *
 * @throws {Refusal} OUTCOME_UNKNOWN it cannot be kept, so that it is withheld
 */
export function keepView(
  permit: Permit,
  reply: Reply,
  known: KnownValues | undefined,
  masking: Masking,
  recording: Pick<Recording, 'keep' | 'typed'>,
): Reply {
  if (!hasViewOfItsOwn(permit, masking)) return reply;
  return orWithheld(reply, () => {
    if (reply.kind === 'duplex') {
      keepChannels(permit, reply, masking, recording, keptView(masking, permit, known));
      return reply;
    }
    const head = reply.status > 299 ? undefined : headOf(permit, reply, masking);
    if (head === undefined) return reply;
    const view = isOutput(permit)
      ? keptView(masking, permit, known)({ isTerminal: false, isBinary: false })
      : objectsView(permit, reply, masking);
    return { ...reply, body: keptSource(reply.body, (onRoom) => recording.keep(head, onRoom), view) };
  });
}

function objectsView(permit: Permit, reply: UnaryReply | StreamReply, masking: Masking): ReplyMasker {
  const { caller, operation, request } = permit;
  const rules = masking.rules();
  return new ReplyMasker({
    plan: rules.planOf(operation, { masks: rules.masksFor(caller, operation) }),
    keying: { key: masking.key, target: operation.target, exchange: request.id, isComparable: !operation.isChange },
    shape: shapeOf(permit, reply),
    mayBeTable: planOf(masking, permit).mayBeTable && (request.headers.get('accept') ?? []).some(isTable),
    objectBytesMax: masking.objectBytesMax,
  });
}

/** What is forwarded and cannot be kept goes no further. */
function orWithheld<Kept extends Reply>(reply: Kept, keep: () => Kept): Kept {
  try {
    return keep();
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    if (reply.kind === 'duplex') reply.socket.destroy();
    else reply.body.cancel(error);
    throw withheld(error);
  }
}

const isTable = (accept: string) => accept.includes('as=Table');

/** Whether the caller is shown more than others are. What a program says hangs on opened masks alone: an `unmask` names fields. */
function hasViewOfItsOwn(permit: Permit, masking: Masking): boolean {
  const { operation, decision } = permit;
  if (openTo(masking, permit).size > 0) return operation.stream === undefined || saysText(operation);
  return decision.unmask !== undefined && operation.stream === undefined;
}

/** A log, or what a command in a container says; of a port-forward nothing is masked. */
function saysText({ power }: Permit['operation']): boolean {
  return power === undefined || power === 'exec' || power === 'attach';
}

function headOf(permit: Permit, { headers }: UnaryReply | StreamReply, masking: Masking): KeptHead | undefined {
  const { reply: cut, bytesMax } = keptParts(permit);
  if (cut === undefined || permit.request.method === 'HEAD') return undefined;
  // Security: what nobody has read is not masked, and is not kept.
  if (permit.operation.stream === undefined && readsOf(masking, permit) === 'nothing') return undefined;
  const mediaType = (headerOf(headers, 'content-type') ?? '').slice(0, 100);
  return { form: 'body', part: 'reply', mediaType, cut, bytesMax };
}
