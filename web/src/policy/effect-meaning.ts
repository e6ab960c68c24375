import type { RuleView } from '../../../src/control/policy-contract.ts';
import type { Meaning } from '../looks/tag.tsx';

/** The colour of what policy answers. */
export const EFFECT_MEANING: Readonly<Record<RuleView['effect'] | 'unknown', Meaning>> = {
  allow: 'ok',
  deny: 'no',
  hold: 'ask',
  request: 'live',
  unknown: 'over',
};
