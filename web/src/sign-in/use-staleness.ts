import { gatewayNow } from '../api/clock.ts';
import { useSelf } from '../api/use-self.ts';
import { type Stale, staleness } from './staleness.ts';

/** How long ago who is at the page signed in, where that is too long, or not known; undefined where it is lately enough. */
export function useStaleness(withinMs: number | undefined): Stale | undefined {
  return staleness(useSelf(), withinMs, gatewayNow());
}
