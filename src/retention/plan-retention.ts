/*
 * What rules let go of the sealed segments of a journal, found while nothing is changed. An exchange goes with all its lines at once, and not before its end is in a sealed
 * segment; what the journal keeps of itself goes with the last of its segment.
 *
 * Each segment is read once, and again when something of it is due: what is known of it meanwhile is when that is.
 */
import type { RetentionRule } from '../policy/retention-rule.ts';
import type { Event } from '../recording/event.ts';
import { mergeRanges, type Ranges } from '../recording/ranges.ts';
import type { RetentionApplied } from '../recording/retention-applied.ts';
import type { Seal } from '../recording/seal.ts';
import { sealOf, segmentFiles } from '../segments/segment-files.ts';
import { type Keep, keeper, type Unit } from './keep-of.ts';
import { exchangeOf, exchangesOf, type Here, type Line, segmentLines, unitOf } from './segment-lines.ts';

/** What lines are packed to, about: what comes free is less than what was written. */
const PACKED = 6;

/** What goes. */
export interface RetentionPlan {
  readonly reason: RetentionApplied['reason'];
  readonly rules: readonly string[];
  readonly events: Ranges;
  readonly bodies: Ranges;
  /** Segments that hold any of the events. */
  readonly segments: readonly number[];
  /** Packs that hold anything of what goes. */
  readonly packs: readonly number[];
}

/** An exchange, as far as its lines were read. */
interface Exchange {
  unit: Unit;
  /** Whether its beginning is here; of one whose is not, nobody knows what it was, and it stays. */
  readonly hasBegun: boolean;
  hasEnded: boolean;
  readonly segments: Set<number>;
}

interface Known {
  readonly seal: Seal;
  /** When the first of it is due, if nothing else changes. */
  dueAt: number;
  /** The rules that kept as much as they do behind it, when it was looked at last. */
  overs: string;
  /** By rule: what it has of what the rule keeps by size. */
  readonly bytes: readonly number[];
  /** What may go before its time. */
  readonly earlyBytes: number;
}

/** Finds what goes. */
export class RetentionPlanner {
  readonly #folder: string;
  readonly #rules: readonly RetentionRule[];
  readonly #keepOf: ReturnType<typeof keeper>;
  readonly #known = new Map<number, Known>();
  /** Exchanges with lines in several segments, or with no end yet. */
  readonly #exchanges = new Map<string, Exchange>();
  /** Those of the segment that was read last: what was kept of one may be told in the next. */
  #last: { readonly segment: number; readonly here: ReadonlyMap<string, Here> } = { segment: 0, here: new Map() };
  readonly #keepMinMs: number;
  readonly #areBodiesGone: (seq: number) => boolean;
  /** Exchanges that go. */
  readonly #picked = new Set<string>();

  /** `areBodiesGone`: whether what an event names has been let go before. */
  constructor(folder: string, rules: readonly RetentionRule[], areBodiesGone: (seq: number) => boolean = () => false) {
    this.#folder = folder;
    this.#areBodiesGone = areBodiesGone;
    this.#rules = rules;
    this.#keepOf = keeper(rules);
    const bySize = rules.some(({ keepBytesMax }) => keepBytesMax !== undefined);
    this.#keepMinMs = bySize ? 0 : Math.min(...rules.map(({ keepForMs }) => keepForMs ?? Number.POSITIVE_INFINITY));
  }

  /**
   * What goes now; undefined: nothing. `wantedBytes`: of what may go before its time, so much goes, the oldest first.
   *
   * @throws {Error} a segment does not hold: nothing of it goes
   */
  async plan(nowMs: number, wantedBytes = 0): Promise<RetentionPlan | undefined> {
    if (this.#rules.length === 0) return undefined;
    const sealed = segmentFiles(this.#folder).filter(({ form }) => form === 'sealed');
    const segments: number[] = [];
    let earlyBytes = 0;
    for (const { number } of sealed) {
      const seal = this.#known.get(number)?.seal ?? sealOf(this.#folder, number);
      if (seal === undefined) continue;
      if (!this.#known.has(number)) this.#known.set(number, await this.#know(number, seal));
      segments.push(number);
      const isYoung = seal.fromAt + this.#keepMinMs > nowMs;
      if (isYoung && earlyBytes >= wantedBytes) break;
      earlyBytes += (this.#known.get(number) as Known).earlyBytes / PACKED;
    }
    // The one behind it has to be known too: lines of its exchanges may stand there.
    segments.pop();
    const early = this.#earlyOf(segments, wantedBytes);
    const over = this.#overOf(segments);
    const picked = new Plan(early.size > 0 ? 'disk' : 'rule');
    for (const segment of segments) {
      const known = this.#known.get(segment) as Known;
      const overs = over.flatMap((those, rule) => (those.has(segment) ? [rule] : [])).join(' ');
      const isDue = known.dueAt <= nowMs || early.has(segment) || overs !== known.overs;
      if (!isDue) continue;
      known.dueAt = await this.#pick(known.seal, { nowMs, early, over, picked });
      known.overs = overs;
    }
    return picked.done(this.#rules);
  }

  /** What is known of these segments is no more so. */
  forget(segments: readonly number[]): void {
    for (const segment of segments) this.#known.delete(segment);
    for (const id of this.#picked) this.#exchanges.delete(id);
    this.#picked.clear();
  }

  async #know(segment: number, seal: Seal): Promise<Known> {
    let dueAt = Number.POSITIVE_INFINITY;
    let earlyBytes = 0;
    const bytes = this.#rules.map(() => 0);
    const lines = await segmentLines(this.#folder, seal);
    const here = exchangesOf(lines);
    this.#follow(segment, here);
    for (const line of lines) {
      const keep = this.#keepOfLine(line, () => false, here);
      if (keep === undefined) continue;
      const bodyBytes = this.#bodyBytesOf(line);
      dueAt = Math.min(dueAt, keep.events, bodyBytes > 0 ? keep.bodies : Number.POSITIVE_INFINITY);
      if (keep.isEarly) earlyBytes += line.bytes;
      if (keep.areBodiesEarly) earlyBytes += bodyBytes;
      for (const rule of keep.rules)
        bytes[rule] = (bytes[rule] as number) + bodyBytes + (this.#rules[rule]?.of === 'all' ? line.bytes : 0);
    }
    return { seal, dueAt, overs: '', bytes, earlyBytes };
  }

  /** Puts together what is known of exchanges that are not wholly in this segment. */
  #follow(segment: number, here: ReadonlyMap<string, Here>): void {
    for (const [id, found] of here) {
      if (found.hasBegun && found.hasEnded) continue;
      const before = this.#last.here.get(id);
      const exchange =
        this.#exchanges.get(id) ??
        (before === undefined
          ? { unit: found.unit, hasBegun: found.hasBegun, hasEnded: false, segments: new Set<number>() }
          : { ...before, segments: new Set([this.#last.segment]) });
      exchange.segments.add(segment);
      exchange.hasEnded ||= found.hasEnded;
      if (found.unit.decision !== undefined) exchange.unit = { ...exchange.unit, decision: found.unit.decision };
      this.#exchanges.set(id, exchange);
      if (exchange.hasBegun && exchange.hasEnded) this.#due(exchange);
    }
    this.#last = { segment, here };
  }

  /** Its lines in segments that were read before are due now that its end is known. */
  #due({ unit, segments }: Exchange): void {
    const { events, bodies } = this.#keepOf(unit, () => false);
    for (const segment of segments) {
      const known = this.#known.get(segment);
      if (known !== undefined) known.dueAt = Math.min(known.dueAt, events, bodies);
    }
  }

  /** The segments whose oldest parts go before their time, so that so many bytes come free. */
  #earlyOf(segments: readonly number[], wantedBytes: number): ReadonlySet<number> {
    const early = new Set<number>();
    let bytes = 0;
    for (const segment of segments) {
      if (bytes >= wantedBytes) break;
      const { earlyBytes } = this.#known.get(segment) as Known;
      if (earlyBytes > 0) early.add(segment);
      bytes += earlyBytes / PACKED;
    }
    return early;
  }

  /** By rule, the segments behind which there is as much as it keeps. */
  #overOf(segments: readonly number[]): readonly ReadonlySet<number>[] {
    return this.#rules.map(({ keepBytesMax }, rule) => {
      const over = new Set<number>();
      if (keepBytesMax === undefined) return over;
      let bytes = 0;
      for (const segment of segments.toReversed()) {
        bytes += this.#known.get(segment)?.bytes[rule] ?? 0;
        if (bytes > keepBytesMax) over.add(segment);
      }
      return over;
    });
  }

  /** Picks what goes of a segment; when the next of it is due. */
  async #pick(
    seal: Seal,
    {
      nowMs,
      early,
      over,
      picked,
    }: {
      nowMs: number;
      early: ReadonlySet<number>;
      over: readonly ReadonlySet<number>[];
      picked: Plan;
    },
  ): Promise<number> {
    let dueAt = Number.POSITIVE_INFINITY;
    const lines = await segmentLines(this.#folder, seal);
    const here = exchangesOf(lines);
    const left: Line[] = [];
    for (const line of lines) {
      const id = exchangeOf(line.event);
      const segments = (id === undefined ? undefined : this.#exchanges.get(id)?.segments) ?? new Set([seal.segment]);
      const isIn = (set: ReadonlySet<number>) => [...segments].every((segment) => set.has(segment));
      const keep = this.#keepOfLine(line, (rule) => isIn(over[rule] as ReadonlySet<number>), here);
      const isEarly = isIn(early);
      if (keep !== undefined && (keep.events <= nowMs || (keep.isEarly && isEarly))) {
        picked.event(seal.segment, line, keep);
        if (id !== undefined) this.#picked.add(id);
      } else {
        left.push(line);
        if (keep === undefined) continue;
        dueAt = Math.min(dueAt, keep.events);
        if (this.#bodyBytesOf(line) === 0) continue;
        if (keep.bodies <= nowMs || (keep.areBodiesEarly && isEarly)) picked.bodies(line, keep);
        else dueAt = Math.min(dueAt, keep.bodies);
      }
    }
    if (left.every(({ event }) => isOwn(event))) picked.segment(seal, left);
    return dueAt;
  }

  /** What one event names, packed, where it is there. */
  #bodyBytesOf({ event, seq }: Line): number {
    if (event.type !== 'exchange.recorded' || this.#areBodiesGone(seq)) return 0;
    return event.pieces.reduce((sum, [, , bytes]) => sum + bytes, 0);
  }

  /** Undefined: it does not go yet, whatever rules say. */
  #keepOfLine({ event }: Line, isOver: (rule: number) => boolean, here: ReadonlyMap<string, Here>): Keep | undefined {
    if (isOwn(event)) return undefined;
    const id = exchangeOf(event);
    if (id === undefined) return this.#keepOf(unitOf(event), isOver);
    const spanning = this.#exchanges.get(id);
    const found = spanning ?? here.get(id);
    return found?.hasBegun === true && found.hasEnded ? this.#keepOf(found.unit, isOver) : undefined;
  }
}

/** What goes, while it is put together. */
class Plan {
  readonly #reason: RetentionApplied['reason'];
  readonly #rules = new Set<number>();
  readonly #events: (readonly [number, number])[] = [];
  readonly #bodies: (readonly [number, number])[] = [];
  readonly #segments = new Set<number>();
  readonly #packs = new Set<number>();

  constructor(reason: RetentionApplied['reason']) {
    this.#reason = reason;
  }

  event(segment: number, { seq, event }: Line, keep: Keep): void {
    this.#segments.add(segment);
    this.#events.push([seq, seq]);
    this.#packsOf(event, keep);
  }

  bodies({ seq, event }: Line, keep: Keep): void {
    this.#bodies.push([seq, seq]);
    this.#packsOf(event, keep);
  }

  /** All that rules speak of has gone or goes: the rest goes with it. What it said is gone is said by the event that is written now. */
  segment(seal: Seal, left: readonly Line[]): void {
    this.#segments.add(seal.segment);
    this.#events.push([seal.from, seal.to]);
    for (const { event } of left) {
      if (event.type !== 'retention.applied') continue;
      this.#events.push(...event.events);
      this.#bodies.push(...event.bodies);
    }
  }

  done(rules: readonly RetentionRule[]): RetentionPlan | undefined {
    if (this.#events.length === 0 && this.#bodies.length === 0) return undefined;
    return {
      reason: this.#reason,
      rules: [...this.#rules].sort((a, b) => a - b).map((rule) => rules[rule]?.id ?? ''),
      events: mergeRanges(this.#events),
      bodies: mergeRanges(this.#bodies),
      segments: [...this.#segments],
      packs: [...this.#packs],
    };
  }

  #packsOf(event: Event, { rules }: Keep): void {
    for (const rule of rules) this.#rules.add(rule);
    if (event.type === 'exchange.recorded') for (const [pack] of event.pieces) this.#packs.add(pack);
  }
}

/** What the journal says of itself. */
function isOwn({ type }: Event): boolean {
  return type.startsWith('journal.') || type === 'retention.applied';
}
