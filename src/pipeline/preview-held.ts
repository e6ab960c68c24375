/*
 * What a held request would do, as who answers is shown it: looked up in its caller's own name, kept masked under nobody's `unmask`, and told with the facts that make
 * it dangerous. It runs beside the question. T78: what cannot be shown whole is told as missing, never cut.
 */
import type { Looked, Probe } from '../connectors/connector.ts';
import { maskedText } from '../masking/text/masked-text.ts';
import type { JsonObject, Operation } from '../model/operation.ts';
import type { Permit, RestoredBody } from '../model/permit.ts';
import { Refusal } from '../model/refusal.ts';
import type { Preview, ShownChange, ShownPod } from '../model/shown.ts';
import { podFact } from '../policy/pod-fact.ts';
import { maskedObject } from './masked-body.ts';
import { keptDetection, type Masking } from './masking.ts';
import { SHOWN_CHARACTERS_MAX } from './show-held.ts';
import { shownChanges } from './shown-changes.ts';
import { withinGuesses } from './within-guesses.ts';

type Held = Pick<Permit, 'caller' | 'request' | 'operation'>;

/** Rejects where it cannot be told for a reason of ours. */
export async function previewHeld(
  masking: Masking,
  probe: Pick<Probe, 'preview'>,
  held: Held,
  signal: AbortSignal,
): Promise<Preview> {
  const { caller, operation } = held;
  try {
    // Whoever is shown the preview is told of what is there: so it counts as writing does.
    await withinGuesses(masking, { ...held, decision: {} });
    const looked = await probe.preview(operation, bodyOf(operation), caller, signal);
    return shownOf(masking, held, looked);
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    return { risks: [], missing: [`what it would do: ${thrown.message}`] };
  }
}

function bodyOf({ body }: Operation): RestoredBody | undefined {
  return body === undefined ? undefined : { mediaType: body.mediaType, bytes: Buffer.from(body.bytes) };
}

function shownOf(masking: Masking, held: Held, all: Looked): Preview {
  const { states, rejection, pod, stored, isAbsent, shareKey, isShareUnknown, ...looked } = all;
  const changes = changesOf(masking, held, states);
  const isTooLong = JSON.stringify(changes ?? []).length > SHOWN_CHARACTERS_MAX;
  const missing = isTooLong ? [`what it would change: ${changes?.length} fields, more than can be shown`] : [];
  const shownPod = pod === undefined ? undefined : podOf(pod, held.operation);
  const preview: Preview = {
    ...looked,
    ...(changes === undefined || isTooLong ? {} : { changes }),
    ...(shownPod === undefined ? {} : { pod: shownPod }),
    missing: [...looked.missing, ...missing],
  };
  return { ...preview, risks: [...refusedBy(masking, held, rejection), ...risksOf(preview)] };
}

function changesOf(
  masking: Masking,
  { caller, operation, request }: Held,
  states: Looked['states'],
): readonly ShownChange[] | undefined {
  if (states === undefined || states.before === null) return undefined;
  const side = (plain: JsonObject, key: string) => ({
    plain,
    masked: maskedObject({ masking, caller, operation, exchange: `${request.id} ${key}` }, plain),
  });
  return shownChanges(side(states.before, 'before'), side(states.after, 'after'), operation.body);
}

/** The target's own words may quote what is written. */
function refusedBy(masking: Masking, held: Held, rejection: Looked['rejection']): readonly string[] {
  if (rejection === undefined) return [];
  const { apiGroup, resource } = held.operation;
  const isSecret = apiGroup === '' && resource === 'secrets';
  return [
    `the target itself would refuse it now (${rejection.reason})${isSecret ? '' : `: ${maskedText(rejection.message, keptDetection(masking, held))}`}`,
  ];
}

/** Named facts, the worst first. */
function risksOf({
  losses = [],
  volumes = [],
  scale,
  share,
  budgets = [],
  gains = [],
  pod,
  risks,
}: Preview): readonly string[] {
  const running = losses.reduce((sum, loss) => sum + (loss.running ?? 0), 0);
  const lost = losses.reduce((sum, { count }) => sum + count, 0);
  const [deleted, unknown] = ['Delete', ''].map((word) => volumes.filter(({ reclaims }) => reclaims === word));
  return [
    ...(deleted?.length ? [`the data of ${counted(deleted.length, 'volume')} goes for good`] : []),
    ...(unknown?.length ? [`what becomes of the data of ${counted(unknown.length, 'volume')} is not known`] : []),
    ...(running === 0 ? [] : [`ends ${counted(running, 'running pod')}`]),
    ...(lost === 0 ? [] : [`deletes ${counted(lost, 'other object')} with it`]),
    ...gains.map(
      ({ who, may }) => `gives ${counted(may.length, 'right')} to ${who.length === 0 ? 'nobody yet' : who.join(', ')}`,
    ),
    ...(pod?.privileges ?? []).map((privilege) => `its pod reaches beyond itself: ${privilege}`),
    ...(scale === undefined
      ? []
      : [`${scale.to < scale.from ? 'takes away' : 'adds'} replicas: ${scale.from} to ${scale.to}`]),
    ...(share !== undefined && share.taken * 2 > share.replicas
      ? [`takes away ${share.taken} of ${counted(share.replicas, 'pod')} of ${share.workload} at once`]
      : []),
    ...budgets
      .filter(({ allows }) => allows < 1)
      .map(({ name }) => `the disruption budget \`${name}\` allows no disruption now`),
    ...risks,
  ];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function podOf(pod: JsonObject, { stream }: Operation): ShownPod {
  const spec = (pod.spec ?? {}) as JsonObject;
  const { annotations } = (pod.metadata ?? {}) as { readonly annotations?: JsonObject };
  const listed = ['containers', 'initContainers', 'ephemeralContainers'].flatMap((key) =>
    Array.isArray(spec[key]) ? (spec[key] as readonly JsonObject[]) : [],
  );
  const named = stream?.container ?? annotations?.['kubectl.kubernetes.io/default-container'];
  const container = named === undefined ? listed[0] : listed.find(({ name }) => name === named);
  return {
    serviceAccount: text(spec.serviceAccountName) || 'default',
    node: text(spec.nodeName),
    container: text(container?.name),
    image: text(container?.image),
    privileges: podFact(pod).dangers,
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
