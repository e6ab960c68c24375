import type { Reads } from '../connectors/connector.ts';
import type { Detection } from '../masking/detect/detection.ts';
import type { MaskKey } from '../masking/form/mask-key.ts';
import type { ObjectPlan } from '../masking/objects/object-plan.ts';
import { MASK_IDS } from '../masking/rules/mask-ids.ts';
import type { MaskedOperation, MaskRules } from '../masking/rules/mask-rules.ts';
import type { Caller } from '../model/caller.ts';
import type { Operation } from '../model/operation.ts';
import type { Permit } from '../model/permit.ts';
import type { Guesses } from './guesses.ts';
import type { Honeytokens } from './honeytokens.ts';
import type { MaskEvents } from './mask-events.ts';

/** What masks of objects need beside the reply. */
export interface Masking {
  /** The masks in force now; a reload replaces them whole, with the rules. */
  readonly rules: () => MaskRules;
  readonly key: MaskKey;
  /** Keys under which masks were made that callers may still hold. */
  readonly retired: readonly MaskKey[];
  /** Default masks that an operator has opened for this caller on this target; where that is all of them and policy has none for it, nothing is read. */
  readonly openFor: (caller: Caller, target: string) => ReadonlySet<string> | 'all';
  /** How often callers write into masked places. */
  readonly guesses: Guesses;
  /** Masks that are remembered, with whom they were shown to. */
  readonly honeytokens: Honeytokens;
  /** In milliseconds since 1970. */
  readonly now: () => number;
  readonly events: MaskEvents;
  /** Limit: the bytes of one object that are held while it is masked. */
  readonly objectBytesMax: number;
}

/**
 * What of an operation's reply is read: objects of resources are; what programs say has masks of its own; of what is behind a proxy, and of the closed list of paths that
 * hold no object (discovery, OpenAPI, version, health, metrics, keys of issuers), nothing is.
 */
export function readsOf(masking: Pick<Masking, 'openFor' | 'rules'>, permit: Permit): Reads {
  const { caller, operation } = permit;
  const isObject = operation.isResourceRequest && operation.stream === undefined && !opaque.has(operation.power ?? '');
  if (!isObject || isSelfReview(operation)) return 'nothing';
  const masks = masking.rules().masksFor(caller, operation);
  if (masks.length > 0) return planOf(masking, permit).mayBeTable ? 'objects' : 'whole-objects';
  return masking.openFor(caller, operation.target) === 'all' ? 'nothing' : 'objects';
}

/** Ids of default masks and detectors that are open to the caller of a permit. */
export function openTo(
  { openFor }: Pick<Masking, 'openFor'>,
  { caller, operation }: Pick<Permit, 'caller' | 'operation'>,
): ReadonlySet<string> {
  const open = openFor(caller, operation.target);
  return open === 'all' ? MASK_IDS : open;
}

/** Who sees what, and what rules show it beside. */
interface Seen extends Pick<Permit, 'caller' | 'operation'> {
  readonly decision: Pick<Permit['decision'], 'unmask' | 'neutralise'>;
}

/** How the caller of a permit sees the objects of its reply. */
export function planOf(masking: Pick<Masking, 'openFor' | 'rules'>, { caller, operation, decision }: Seen): ObjectPlan {
  const rules = masking.rules();
  return rules.planOf(operation, {
    open: openTo(masking, { caller, operation }),
    masks: rules.masksFor(caller, operation),
    isMadeSafe: decision.neutralise ?? caller.kind === 'autonomous',
    ...(decision.unmask === undefined ? {} : { unmask: decision.unmask }),
  });
}

/**
 * What knows values by their look in what of an operation is kept, or shown to others than its caller: masks of policy that speak to it count, and what is open to it does not. Before it
 * is known who asks for what, each of them.
 */
export function keptDetection(
  { rules }: Pick<Masking, 'rules'>,
  {
    caller,
    operation,
  }: { readonly caller: Caller | 'anybody' | undefined; readonly operation: MaskedOperation | undefined },
): Detection {
  const inForce = rules();
  if (caller === undefined || operation === undefined) return inForce.everyDetection();
  return inForce.textDetection(inForce.masksFor(caller, operation));
}

/** A question about oneself. Security: by its whole name; a kind of somebody's own that only ends alike may hold anything. */
function isSelfReview({ apiGroup, resource }: Operation): boolean {
  return SELF_REVIEWS.has(`${apiGroup} ${resource}`);
}

const SELF_REVIEWS: ReadonlySet<string> = new Set([
  'authentication.k8s.io selfsubjectreviews',
  'authorization.k8s.io selfsubjectaccessreviews',
  'authorization.k8s.io selfsubjectrulesreviews',
]);

/** Whether a path that is no resource holds no value of an object. */
export function isPublicPath({ path }: Pick<Operation, 'path'>): boolean {
  return (
    /^\/(?:api|apis|openapi|version|healthz|livez|readyz|metrics|openid|\.well-known)(?:\/|$)/.test(path) ||
    path === '/'
  );
}

const opaque: ReadonlySet<string> = new Set([
  'exec',
  'attach',
  'portforward',
  'pods-proxy',
  'services-proxy',
  'nodes-proxy',
]);
