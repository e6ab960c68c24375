/*
 * What is masked in replies: the default masks but those that are open, and those that policy adds, but for places that it opens. Compiled once for each set of rules; put
 * together once for each kind of object and each set of masks that speak to its reader.
 */
import type { Caller } from '../../model/caller.ts';
import type { MaskRule } from '../../policy/mask-rule.ts';
import { identityPlaces } from '../../policy/place-path.ts';
import { builtInDetection } from '../detect/built-in-detection.ts';
import { type Detection, detection } from '../detect/detection.ts';
import type { Detector } from '../detect/detector.ts';
import { DETECTORS } from '../detect/detectors.ts';
import { isTellingPair } from '../detect/telling-key.ts';
import type { ObjectPlan } from '../objects/object-plan.ts';
import { PlaceMaker, type PlacePattern } from '../places/place.ts';
import { base64Places } from './base64-places.ts';
import { type CompiledMask, type CompilePattern, compileMask, stepsOf } from './compiled-mask.ts';
import { DEFAULT_MASKS } from './default-masks.ts';
import { manifestValues } from './manifest-values.ts';
import { PlanWordsMaker } from './plan-words.ts';

/** Which objects a reply is made of. */
export interface MaskedKind {
  readonly apiGroup: string;
  readonly resource: string;
  readonly subresource: string;
}

/** What is asked, as far as masks narrow by it. */
export interface MaskedOperation extends MaskedKind {
  readonly target: string;
  readonly namespace: string;
  readonly name: string;
}

/** How one reader sees objects. */
export interface MaskView {
  /** Ids of default masks and detectors that do not mask for it. */
  readonly open?: ReadonlySet<string>;
  /** Masks of policy that speak to it: what `masksFor` said. */
  readonly masks?: readonly CompiledMask[];
  /** Places that a rule opens for it. */
  readonly unmask?: readonly string[];
  /** Whether what does harm to a terminal or a model is shown instead of done, in events and annotations. */
  readonly isMadeSafe?: boolean;
}

/** Limit: plans that are kept; others are made each time. */
const keptPlansMax = 2_000;

export class MaskRules {
  readonly #masks: readonly CompiledMask[];
  readonly #candidates = new Map<string, readonly CompiledMask[]>();
  readonly #plans = new Map<string, ObjectPlan>();
  readonly #detections = new Map<string, Detection | undefined>();
  readonly #words = new PlanWordsMaker();

  /** `masks`: those of policy; none: the default masks alone. */
  constructor(masks: readonly MaskRule[] = [], compilePattern: CompilePattern = noPattern) {
    this.#masks = masks.map((mask, order) => compileMask(mask, order, compilePattern));
  }

  /** Masks of policy that speak to a caller of this operation, in their order; to `anybody`, whoever it is. What is read of all namespaces at once is in each. */
  masksFor(
    caller: Caller | 'anybody',
    { apiGroup, resource, subresource, target, namespace, name }: MaskedOperation,
  ): readonly CompiledMask[] {
    if (this.#masks.length === 0) return none;
    const candidates = this.#reaching(apiGroup, resource, subresource);
    if (candidates.length === 0) return none;
    const isEverywhere = namespace === '' && name === '';
    return candidates.filter(
      (mask) =>
        mask.isTarget(target) &&
        (isEverywhere || mask.isNamespace(namespace)) &&
        (caller === 'anybody' || mask.isCaller(caller)),
    );
  }

  /** The plan for objects of a kind, as one reader sees them. */
  planOf(
    { apiGroup, resource, subresource }: MaskedKind,
    { open = nothing, masks = none, unmask = none, isMadeSafe = false }: MaskView = {},
  ): ObjectPlan {
    const kind = subresource === '' ? resource : `${resource}/${subresource}`;
    const id = `${apiGroup} ${kind} ${viewId(open, masks)}${isMadeSafe ? ' safe' : ''}${unmask.length === 0 ? '' : `\n${unmask.join('\n')}`}`;
    const known = this.#plans.get(id);
    if (known !== undefined) return known;
    const plan = this.#make({ apiGroup, resource, subresource }, kind, { open, masks, unmask, isMadeSafe });
    if (this.#plans.size < keptPlansMax) this.#plans.set(id, plan);
    return plan;
  }

  /** What knows values by their look in what a program says, but for detectors that are open. */
  textDetection(masks: readonly CompiledMask[], open: ReadonlySet<string> = nothing): Detection {
    const looking = masks.filter(({ detectors }) => detectors.length > 0);
    if (looking.length === 0 && open.size === 0) return builtInDetection();
    return this.#detection(open, looking) ?? knowsNothing;
  }

  /** What knows values by their look for any mask of policy, whomever and whatever it is for: for what is told where that is not known. */
  everyDetection(): Detection {
    return this.textDetection(this.#masks);
  }

  #reaching(apiGroup: string, resource: string, subresource: string): readonly CompiledMask[] {
    const id = `${apiGroup} ${resource} ${subresource}`;
    const known = this.#candidates.get(id);
    if (known !== undefined) return known;
    // Releases hold objects of any kind.
    const reached = isReleaseKind(apiGroup, resource)
      ? this.#masks
      : this.#masks.filter((mask) => mask.reaches(apiGroup, resource, subresource));
    if (this.#candidates.size < keptPlansMax) this.#candidates.set(id, reached);
    return reached;
  }

  #make({ apiGroup, resource, subresource }: MaskedKind, kind: string, view: Required<MaskView>): ObjectPlan {
    const { open, unmask } = view;
    const masks = view.masks.filter((mask) => mask.reaches(apiGroup, resource, subresource));
    const defaults = DEFAULT_MASKS.filter(({ id }) => !open.has(id));
    const isConfigMap = apiGroup === '' && resource === 'configmaps';
    const own = masks.flatMap(({ patterns, keyPatterns }) => (isConfigMap ? [...patterns, ...keyPatterns] : patterns));
    const patterns: PlacePattern[] = [
      ...unmask.map((place) => ({ steps: stepsOf(place), action: { kind: 'open' } as const })),
      ...own,
      ...(own.length === 0 ? none : [...kept, ...base64Places(apiGroup, resource)]),
      ...defaults.flatMap(({ of, patterns: places = [] }) =>
        of?.some((one) => one.apiGroup === apiGroup && one.resource === kind) ? places : [],
      ),
    ];
    const isRelease = isReleaseKind(apiGroup, resource) && subresource === '';
    const release = isRelease ? (isConfigMap ? 'configmap' : 'secret') : undefined;
    const base64Keys = isConfigMap ? binaryData : nothing;
    const looked = this.#detection(open, masks);
    const madeSafe = view.isMadeSafe ? (isEventKind(apiGroup, resource) ? 'everything' : 'annotations') : 'none';
    return {
      isEmpty: view.masks.length === 0 && defaults.length === 0 && looked === undefined,
      place: new PlaceMaker(patterns).start(),
      hasOwnPlaces: own.length > 0,
      detection: looked,
      words: this.#words.wordsOf(looked, { base64Keys, release, madeSafe }),
      madeSafe,
      pair: pairOf(
        masks,
        defaults.some(({ id }) => id === 'env-value'),
      ),
      pairsAreTelling: masks.every(({ isEnv }) => isEnv === undefined),
      compare: comparesOf(masks),
      honeytokens: new Set(view.masks.filter(({ isHoneytoken }) => isHoneytoken).map(({ id }) => id)),
      masksEmbedded: defaults.some(({ id }) => id === 'embedded-secret'),
      masksTelling:
        !open.has('keyed-secret') || masks.some(({ detectors }) => detectors.some(({ id }) => id === 'keyed-secret')),
      release,
      manifestValues: isRelease && view.masks.length > 0 ? manifestValues(view.masks) : undefined,
      base64Keys,
      mayBeTable: own.every(({ steps }) => steps.includes('metadata')),
    };
  }

  #detection(open: ReadonlySet<string>, masks: readonly CompiledMask[]): Detection | undefined {
    const id = viewId(
      open,
      masks.filter(({ detectors }) => detectors.length > 0),
    );
    if (this.#detections.has(id)) return this.#detections.get(id);
    const detectors = new Set<Detector>(DETECTORS.filter((one) => one.isOptIn !== true && !open.has(one.id)));
    for (const mask of masks) for (const detector of mask.detectors) detectors.add(detector);
    const made = detectors.size === 0 ? undefined : detection([...detectors]);
    if (this.#detections.size < keptPlansMax) this.#detections.set(id, made);
    return made;
  }
}

function isReleaseKind(apiGroup: string, resource: string): boolean {
  return apiGroup === '' && (resource === 'secrets' || resource === 'configmaps');
}

function isEventKind(apiGroup: string, resource: string): boolean {
  return resource === 'events' && (apiGroup === '' || apiGroup === 'events.k8s.io');
}

function viewId(open: ReadonlySet<string>, masks: readonly CompiledMask[]): string {
  const opened = open.size === 0 ? '' : [...open].sort().join();
  return masks.length === 0 ? opened : `${opened} ${masks.map(({ order }) => order).join()}`;
}

function pairOf(masks: readonly CompiledMask[], hasDefault: boolean): ObjectPlan['pair'] {
  const own = masks.filter(({ isEnv }) => isEnv !== undefined);
  const byDefault = { rule: 'env-value', compare: 'field' } as const;
  const other = (name: string) => (hasDefault && isTellingPair(name) ? byDefault : undefined);
  if (own.length === 0) return other;
  return (name) => {
    const mask = own.find(({ isEnv }) => isEnv?.(name) === true);
    return mask === undefined ? other(name) : { rule: mask.id, compare: mask.compare };
  };
}

function comparesOf(masks: readonly CompiledMask[]): ObjectPlan['compare'] {
  return new Map(masks.flatMap(({ detectors, compare }) => detectors.map(({ id }) => [id, compare] as const)));
}

function noPattern(): never {
  throw new Error('a pattern that was not there');
}

const knowsNothing = detection([]);
const none: readonly never[] = [];
const nothing: ReadonlySet<string> = new Set();
const binaryData: ReadonlySet<string> = new Set(['binaryData']);
const kept: readonly PlacePattern[] = identityPlaces.map((steps) => ({ steps, action: { kind: 'keep' } }));
