import { type Detection, detection } from './detection.ts';

let compiled: Detection | undefined;

/** The built-in detectors that need no rule, put together when they are needed first. */
export function builtInDetection(): Detection {
  compiled ??= detection();
  return compiled;
}
