/*
 * What is masked in the objects of a reply: the default masks but those that are open. Put together once for each kind of object and each set of open masks.
 */
import type { Detection } from '../detect/detection.ts';
import { detection } from '../detect/detection.ts';
import { DETECTORS } from '../detect/detectors.ts';
import { isTellingName } from '../detect/telling-key.ts';
import type { ObjectPlan } from '../objects/object-plan.ts';
import { PlaceMaker } from '../places/place.ts';
import { DEFAULT_MASKS } from './default-masks.ts';

/** Which objects a reply is made of. */
export interface MaskedKind {
  readonly apiGroup: string;
  readonly resource: string;
  readonly subresource: string;
}

/** Limit: kinds for which a plan is kept; those of others are made each time. */
const keptPlansMax = 2_000;

export class MaskRules {
  readonly #plans = new Map<string, ObjectPlan>();
  readonly #detections = new Map<string, Detection | undefined>();

  /** The plan for objects of a kind. `open`: ids of default masks and detectors that do not mask here. */
  planOf({ apiGroup, resource, subresource }: MaskedKind, open: ReadonlySet<string> = nothing): ObjectPlan {
    const kind = subresource === '' ? resource : `${resource}/${subresource}`;
    const opened = [...open].sort().join();
    const id = `${apiGroup} ${kind} ${opened}`;
    const known = this.#plans.get(id);
    if (known !== undefined) return known;
    const plan = this.#make(apiGroup, kind, open, opened);
    if (this.#plans.size < keptPlansMax) this.#plans.set(id, plan);
    return plan;
  }

  #make(apiGroup: string, kind: string, open: ReadonlySet<string>, opened: string): ObjectPlan {
    const masks = DEFAULT_MASKS.filter(({ id }) => !open.has(id));
    const patterns = masks.flatMap(({ of, patterns: own = [] }) =>
      of?.some((one) => one.apiGroup === apiGroup && one.resource === kind) ? own : [],
    );
    const hasEnv = masks.some(({ id }) => id === 'env-value');
    const isConfigMap = apiGroup === '' && kind === 'configmaps';
    return {
      place: new PlaceMaker(patterns).start(),
      detection: this.#detection(open, opened),
      pair: (name) => (hasEnv && isTellingName(name) ? { rule: 'env-value', compare: 'field' } : undefined),
      masksEmbedded: masks.some(({ id }) => id === 'embedded-secret'),
      masksTelling: !open.has('keyed-secret'),
      release: apiGroup === '' && kind === 'secrets' ? 'secret' : isConfigMap ? 'configmap' : undefined,
      base64Keys: isConfigMap ? binaryData : nothing,
    };
  }

  #detection(open: ReadonlySet<string>, opened: string): Detection | undefined {
    if (this.#detections.has(opened)) return this.#detections.get(opened);
    const detectors = DETECTORS.filter(({ id, isOptIn }) => isOptIn !== true && !open.has(id));
    const made = detectors.length === 0 ? undefined : detection(detectors);
    this.#detections.set(opened, made);
    return made;
  }
}

const nothing: ReadonlySet<string> = new Set();
const binaryData: ReadonlySet<string> = new Set(['binaryData']);
