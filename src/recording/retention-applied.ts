import type { Ranges } from './ranges.ts';

/** Rules let events go, or what was kept of them; on the disk before they go. */
export interface RetentionApplied {
  readonly type: 'retention.applied';
  readonly at: number;
  /** Ids of the rules. */
  readonly rules: readonly string[];
  /** `rule`: by age or size. `disk`: before its time, since the disk was nearly full. */
  readonly reason: 'rule' | 'disk';
  /** The numbers of events that go; their leaf hashes stay. With them go lines of this type, whose numbers are here too. */
  readonly events: Ranges;
  /** The numbers of `exchange.recorded` events that stay, whose pieces go. */
  readonly bodies: Ranges;
}
