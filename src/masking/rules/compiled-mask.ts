import type { Caller } from '../../model/caller.ts';
import { callerMatcher } from '../../policy/caller-match.ts';
import { anyGlob } from '../../policy/glob.ts';
import type { MaskRule } from '../../policy/mask-rule.ts';
import { placePath } from '../../policy/place-path.ts';
import { assert } from '../../std/assert.ts';
import type { Detector } from '../detect/detector.ts';
import { DETECTORS } from '../detect/detectors.ts';
import type { PlacePattern } from '../places/place.ts';

/** Makes a detector of a pattern; an argument, since what reads patterns is loaded only where there are any. */
export type CompilePattern = (id: string, pattern: string) => Detector;

/** A mask of a policy document, with its tests. */
export interface CompiledMask {
  readonly id: string;
  /** Its place among all masks. */
  readonly order: number;
  readonly compare: MaskRule['compare'];
  readonly isHoneytoken: boolean;
  readonly isCaller: (caller: Caller) => boolean;
  readonly isTarget: (target: string) => boolean;
  readonly isNamespace: (namespace: string) => boolean;
  readonly reaches: (apiGroup: string, resource: string, subresource: string) => boolean;
  /** Places of any object that it reaches. */
  readonly patterns: readonly PlacePattern[];
  /** Places of a ConfigMap. */
  readonly keyPatterns: readonly PlacePattern[];
  readonly isEnv: ((name: string) => boolean) | undefined;
  /** Labels by key: what asks for objects by one of them could try its value. */
  readonly isLabel: ((key: string) => boolean) | undefined;
  readonly detectors: readonly Detector[];
}

/** The mask, compiled. @throws {Error} a place or pattern that the loader has refused */
export function compileMask(mask: MaskRule, order: number, compilePattern: CompilePattern): CompiledMask {
  const { id, callers, targets, namespaces, compare, pattern } = mask;
  const named = DETECTORS.filter((detector) => mask.detect.includes(detector.id));
  return {
    id,
    order,
    compare,
    isHoneytoken: mask.honeytoken,
    isCaller: callers === undefined ? always : callerMatcher(callers),
    isTarget: targets === undefined ? always : anyGlob(targets),
    isNamespace: namespaces === undefined ? always : anyGlob(namespaces),
    reaches: reachOf(mask),
    patterns: placesOf(mask).map((steps) => patternAt(mask, steps, 'text')),
    keyPatterns: mask.keys.flatMap((key) => [
      patternAt(mask, ['data', key], 'text'),
      patternAt(mask, ['binaryData', key], 'base64'),
    ]),
    isEnv: mask.env.length === 0 ? undefined : anyGlob(mask.env),
    isLabel: mask.labels.length === 0 ? undefined : anyGlob(mask.labels),
    detectors: pattern === undefined ? named : [...named, compilePattern(id, pattern)],
  };
}

const always = () => true;

/** A resource is reached with all of its subresources: `deployments/status` shows what `deployments` does. */
function reachOf({ apiGroups, resources }: MaskRule): CompiledMask['reaches'] {
  const isGroup = apiGroups === undefined ? always : among(apiGroups);
  const isResource = resources === undefined ? always : among(resources);
  return (apiGroup, resource, subresource) =>
    isGroup(apiGroup) && (isResource(resource) || (subresource !== '' && isResource(`${resource}/${subresource}`)));
}

function among(names: readonly string[]): (name: string) => boolean {
  const set = new Set(names);
  return set.has('*') ? always : (name) => set.has(name);
}

function placesOf({ at, labels, annotations }: MaskRule): readonly (readonly string[])[] {
  return [
    ...at.map(stepsOf),
    ...annotations.map((key) => ['**', 'metadata', 'annotations', key]),
    ...labels.flatMap((key) => [
      ['**', 'metadata', 'labels', key],
      ['**', 'matchLabels', key],
    ]),
  ];
}

/** The steps of a place that the loader has read. */
export function stepsOf(place: string): readonly string[] {
  const steps = placePath(place);
  assert(typeof steps !== 'string', `a place that is none was loaded: ${place}`);
  return steps;
}

function patternAt({ id, compare }: MaskRule, steps: readonly string[], form: 'text' | 'base64'): PlacePattern {
  return { steps, action: { kind: 'mask', rule: id, form, compare } };
}
