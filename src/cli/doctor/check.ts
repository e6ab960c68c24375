/** The parts of an installation that are looked at, in the order in which they are told. */
export const CHECK_AREAS = [
  'configuration',
  'policy',
  'process',
  'files',
  'certificate',
  'journal',
  'store',
  'ports',
  'issuer',
  'target',
  'gateway',
] as const;

export type CheckArea = (typeof CHECK_AREAS)[number];

/** What was found of one thing. `fault`: callers are refused, or the gateway does not start; `warning`: it will come to that, or something is weaker than it looks. */
export interface Check {
  readonly area: CheckArea;
  /** Which one of its kind: a target's name, a path; empty where there is only one. */
  readonly about: string;
  readonly state: 'well' | 'warning' | 'fault';
  /** One lower-case sentence without a final stop. Holds no credential. */
  readonly found: string;
  /** What to do; empty where all is well. */
  readonly advice: string;
}

/** All is well. */
export function well(area: CheckArea, about: string, found: string): Check {
  return { area, about, state: 'well', found, advice: '' };
}

/** It will come to a fault, or is weaker than it looks. */
export function warning(area: CheckArea, about: string, found: string, advice: string): Check {
  return { area, about, state: 'warning', found, advice };
}

/** Callers are refused, or the gateway does not start. */
export function fault(area: CheckArea, about: string, found: string, advice: string): Check {
  return { area, about, state: 'fault', found, advice };
}
