/* The events of one sealed segment, and what of them belongs together. */
import type { Event } from '../recording/event.ts';
import type { Seal } from '../recording/seal.ts';
import { readSigned } from '../segments/read-signed.ts';
import type { Unit } from './keep-of.ts';

/** One event and where it is. */
export interface Line {
  readonly seq: number;
  readonly bytes: number;
  readonly event: Event;
}

/** All events of a segment that are there. @throws {Error} it is not what was signed */
export async function segmentLines(folder: string, seal: Seal): Promise<readonly Line[]> {
  const lines: Line[] = [];
  const isSigned = await readSigned(folder, seal, {
    onEvent: ({ seq, event, line }) => lines.push({ seq, bytes: line.length + 1, event }),
  });
  if (!isSigned) throw new Error(`segment ${seal.segment} is not what was signed: nothing of it goes`);
  return lines;
}

/** The exchange that an event is a line of. */
export function exchangeOf(event: Event): string | undefined {
  return event.type.startsWith('exchange.') && 'exchange' in event ? event.exchange : undefined;
}

/** What is known of an event that is none's. */
export function unitOf(event: Event): Unit {
  return { type: event.type, at: event.at, ...('target' in event ? { target: event.target } : {}) };
}

/** An exchange, as far as a segment tells. */
export interface Here {
  readonly unit: Unit;
  readonly hasBegun: boolean;
  readonly hasEnded: boolean;
}

/** The exchanges that a segment has lines of. */
export function exchangesOf(lines: readonly Line[]): ReadonlyMap<string, Here> {
  const found = new Map<string, Here>();
  for (const { event } of lines) {
    const id = exchangeOf(event);
    if (id === undefined) continue;
    const here = found.get(id) ?? { unit: { type: 'exchange', at: event.at }, hasBegun: false, hasEnded: false };
    if (event.type === 'exchange.begun') {
      const { caller, target, operation, at, method } = event;
      const { namespace, resource } = operation ?? {};
      const verb = operation?.verb ?? method.toLowerCase();
      found.set(id, { ...here, hasBegun: true, unit: { ...here.unit, at, caller, target, namespace, resource, verb } });
    } else if (event.type === 'exchange.ended') {
      const decision = event.decision?.effect ?? here.unit.decision;
      found.set(id, { ...here, hasEnded: true, unit: { ...here.unit, decision } });
    } else found.set(id, here);
  }
  return found;
}
