import type { RetentionRule } from '../policy/retention-rule.ts';
import type { Seal } from '../recording/seal.ts';
import { keeper } from './keep-of.ts';
import { exchangeOf, exchangesOf, segmentLines, unitOf } from './segment-lines.ts';

/**
 * Where a segment is copied, as rules that fit anything in it say, and until when such a rule keeps it there: in milliseconds, 0 where by size or for ever.
 *
 * A line whose exchange began in another segment fits every rule: a copy too many is better than one too few.
 *
 * @throws {Error} the segment is not what was signed
 */
export async function placesOf(
  folder: string,
  seal: Seal,
  rules: readonly RetentionRule[],
): Promise<ReadonlyMap<string, number>> {
  const placing = rules.filter(({ place }) => place !== undefined);
  const places = new Map<string, number>();
  if (placing.length === 0) return places;
  const keepOf = keeper(placing);
  const lines = await segmentLines(folder, seal);
  const exchanges = exchangesOf(lines);
  for (const { event } of lines) {
    const id = exchangeOf(event);
    const found = id === undefined ? undefined : exchanges.get(id);
    const unit = found?.unit ?? unitOf(event);
    const isOrphan = found !== undefined && !found.hasBegun;
    const fitting = isOrphan ? placing : keepOf(unit, () => false).rules.map((rule) => placing[rule] as RetentionRule);
    for (const { place = '', keepForMs } of fitting)
      places.set(place, Math.max(places.get(place) ?? 0, keepForMs === undefined ? 0 : unit.at + keepForMs));
  }
  return places;
}
