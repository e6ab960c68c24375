/*
 * What upstream says of a change may quote what it was sent, or what is stored: of a field that cannot change the whole of it (a Job's template with its environment), in the words of a webhook
 * anything. Detectors know of that what looks secret; here is what the caller is not shown because of its place. It is read again, in the caller's own name, where upstream has said no or has
 * warned, and where masks of policy speak to the caller or masks were put back: a refusal is rare, and all others cost nothing.
 */
import type { Probe, StoredObject, WriteBack } from '../connectors/connector.ts';
import { Unwalkable } from '../masking/tape/unwalkable.ts';
import { type KnownValues, knownBytesMax, knownValues } from '../masking/text/known-values.ts';
import { maskedText, withoutKnown } from '../masking/text/masked-text.ts';
import { textMask } from '../masking/text/text-mask.ts';
import { valueAt } from '../masking/written/leaves.ts';
import { type Source, sourceOf } from '../masking/written/source.ts';
import { textPlaces } from '../masking/written/text-places.ts';
import type { Caller } from '../model/caller.ts';
import type { Operation } from '../model/operation.ts';
import type { Permit } from '../model/permit.ts';
import { Rejection } from '../model/rejection.ts';
import type { Reply } from '../model/reply.ts';
import { keptDetection, type Masking } from './masking.ts';
import { headerOf } from './reply-headers.ts';
import { shownTo } from './shown-to.ts';

interface Parts {
  readonly probe: Probe;
  readonly writeBack: Pick<WriteBack, 'own'>;
  readonly masking: Masking;
}

/** What one caller hears of what upstream says. */
export interface QuotedValues<G> {
  /** The same gateway, whose dry runs are refused in words without what is masked. */
  readonly gateway: G;
  /** The values that a reply may quote and must not say; undefined: none, or nothing was quoted. */
  readonly of: (permit: Pick<Permit, 'operation'>, reply: Reply) => Promise<KnownValues | undefined>;
}

/** `hasMasks`: whether the request holds masks, which upstream is sent the values of. Reads quote nothing. */
export function quotedValues<G extends Parts>(
  gateway: G,
  caller: Caller,
  { isChange }: Pick<Operation, 'isChange'>,
  hasMasks: boolean,
): QuotedValues<G> {
  if (!isChange) return { gateway, of: nothingQuoted };
  const { probe, masking } = gateway;
  const known = (operation: Operation) =>
    hasMasks || masking.rules().masksFor(caller, operation).length > 0
      ? storedValues(gateway, caller, operation)
      : undefined;
  const masked = async (operation: Operation, message: string) => {
    const values = await known(operation);
    const text = values === undefined ? message : withoutKnown(message, values);
    return maskedText(text, keptDetection(masking, { caller, operation }));
  };
  const result: Probe['result'] = async (operation, asking) => {
    const looked = await probe.result(operation, asking);
    return looked instanceof Rejection ? new Rejection(await masked(operation, looked.whole)) : looked;
  };
  const preview: Probe['preview'] = async (operation, ...rest) => {
    const { rejection, ...looked } = await probe.preview(operation, ...rest);
    if (rejection === undefined) return looked;
    return { ...looked, rejection: { ...rejection, message: await masked(operation, rejection.message) } };
  };
  return {
    gateway: { ...gateway, probe: { ...probe, result, preview } },
    async of({ operation }, reply) {
      const saysMore = reply.status > 299 || headerOf(reply.headers, 'warning') !== undefined;
      if (!saysMore || reply.kind === 'duplex' || operation.stream !== undefined) return undefined;
      return known(operation);
    },
  };
}

const nothingQuoted = async () => undefined;

/** The values of the object that the caller is not shown where they stand; none where it cannot be read. */
async function storedValues(
  { writeBack, masking }: Parts,
  caller: Caller,
  operation: Operation,
): Promise<KnownValues | undefined> {
  const stored = await writeBack.own(operation, caller);
  if (stored === null || typeof stored === 'string') return undefined;
  const mask = textMask('value');
  return knownValues(
    bounded(maskedIn(stored, masking, caller, operation.target)).map((value) => ({
      value: Buffer.from(value, 'utf8'),
      mask,
    })),
  );
}

function maskedIn(stored: StoredObject, masking: Masking, caller: Caller, target: string): readonly string[] {
  let source: ReturnType<typeof sourceOf>;
  try {
    source = sourceOf(stored.bytes, shownTo(masking, caller, target, stored));
  } catch (thrown) {
    if (thrown instanceof Unwalkable) return [];
    throw thrown;
  }
  return [...source.own.parts.keys()].flatMap((at) => valuesAt(source, at));
}

/** All of a string that is masked whole, or what is masked in it. */
function valuesAt(source: Source, at: string): readonly string[] {
  const text = valueAt(source.stored, at.split('\n'));
  if (typeof text !== 'string') return [];
  if (source.own?.parts.get(at)?.kind === 'whole') return [text];
  const bytes = Buffer.from(text, 'utf8');
  return (textPlaces(source, at, text) ?? []).map(({ start, end }) => bytes.toString('utf8', start, end));
}

/** Limit: as many as can be looked for; a message has not the length to quote more. */
function bounded(values: readonly string[]): readonly string[] {
  let left = knownBytesMax;
  return values.filter((value) => {
    const bytes = Buffer.byteLength(value);
    if (bytes > left) return false;
    left -= bytes;
    return true;
  });
}
