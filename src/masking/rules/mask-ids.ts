import { DETECTORS } from '../detect/detectors.ts';
import { DEFAULT_MASKS } from './default-masks.ts';

/** The ids of all masks that are there without being written: what `unsafe.openMasks` names. */
export const MASK_IDS: ReadonlySet<string> = new Set([...DEFAULT_MASKS, ...DETECTORS].map(({ id }) => id));
