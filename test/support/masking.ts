import { patternDetector } from '../../src/masking/detect/pattern-detector.ts';
import { MaskKey, maskKeyBytes } from '../../src/masking/form/mask-key.ts';
import { OBJECT_BYTES_MAX } from '../../src/masking/objects/reply-masker.ts';
import { MaskRules } from '../../src/masking/rules/mask-rules.ts';
import { Guesses } from '../../src/pipeline/guesses.ts';
import { Honeytokens } from '../../src/pipeline/honeytokens.ts';
import type { Masking } from '../../src/pipeline/masking.ts';
import { systemClock } from '../../src/std/clock.ts';

/** The default masks for everybody, under a key that is no secret. */
export function testMasking(rules = new MaskRules()): Masking {
  return {
    rules: () => rules,
    key: new MaskKey(Buffer.alloc(maskKeyBytes, 1)),
    retired: [],
    guesses: new Guesses(60, systemClock),
    honeytokens: new Honeytokens(),
    now: () => 0,
    events: { guessed: () => {}, returned: () => {} },
    openFor: () => new Set(),
    objectBytesMax: OBJECT_BYTES_MAX,
  };
}

/** The default masks, and one of policy, `p/own`, for everybody: what matches a pattern. */
export function patternMasks(pattern: string): MaskRules {
  const places = { at: [], annotations: [], labels: [], env: [], keys: [], detect: [] };
  const own = { id: 'p/own', source: { file: 'p.yaml', line: 1 }, compare: 'field', honeytoken: false } as const;
  return new MaskRules([{ ...own, ...places, pattern }], patternDetector);
}
