import type { Unsaid } from '../../model/foresight.ts';
import { GUARDED_NAMES, PLACED_KINDS, SYSTEM_NAMESPACES } from '../guards/cluster.ts';
import type { Guard } from '../guards/guard.ts';
import { NO, YES } from '../truth.ts';
import { type Box, box, joinAll } from './box.ts';
import { NONE, someName } from './name-sets.ts';
import { type ClassSet, globPattern } from './partition.ts';
import type { Part } from './rule-parts.ts';
import { matched, type Space, whatsWhere } from './space.ts';
import { witness } from './witness.ts';

/**
 * What the guards speak of as far as caller, operation, namespace and name tell: each guard is asked about every operation, by a person and by an autonomous
 * caller, in the few namespaces and for the few names that a guard tells apart. What hangs on a body is seen only where `unsaid` is given: it is then what
 * could be stopped.
 */
export function guardParts(space: Space, guards: readonly Guard[], unsaid?: Unsaid): readonly Part[] {
  if (guards.length === 0) return [];
  const placed = whatsWhere(space, (what) => what.isResource && PLACED_KINDS.has(what.resource));
  const others = space.full('what') & ~placed;
  const [sure, open]: [Found, Found] = [new Map(), new Map()];
  const look = (whats: ClassSet, where: Readonly<Record<string, ClassSet>>) => {
    const found = operationsOf(space, guards, whats, where, unsaid);
    for (const [guard, what] of found.sure) add(sure, guard, box({ what, ...where }));
    for (const [guard, what] of found.open) add(open, guard, box({ what, ...where }));
  };
  for (const kind of [1n, 2n]) {
    look(others, { kind });
    for (const namespace of classesFor(space, ...SYSTEM_NAMESPACES))
      for (const name of classesFor(space, ...GUARDED_NAMES)) look(placed, { kind, namespace, name });
  }
  return [...parts(space, sure, () => []), ...parts(space, open, ({ id }) => [`guard ${id} finds what it looks for`])];
}

type Found = Map<Guard, Box[]>;

/** The operations that each guard stops for certain there, and those where that hangs on what is not known. */
function operationsOf(
  space: Space,
  guards: readonly Guard[],
  whats: ClassSet,
  where: Readonly<Record<string, ClassSet>>,
  unsaid: Unsaid | undefined,
) {
  const context = { serviceAccounts: [], mountableSecrets: [], writesHelmRecords: false, judgesResult: false };
  const sure = new Map<Guard, ClassSet>();
  const open = new Map<Guard, ClassSet>();
  const someone = lowest(someName(space));
  const place = Object.entries({ namespace: someone, name: someone, ...where }).map(
    ([dimension, set]) => [dimension, lowest(set)] as const,
  );
  space.whats.forEach((_, i) => {
    const what = 1n << BigInt(i);
    if ((whats & what) === 0n) return;
    const asked = witness(space, new Map([['what', what], ...place]));
    const question = unsaid === undefined ? asked : { ...asked, unsaid };
    for (const guard of guards) {
      const truth = guard.test(question, context);
      if (truth === NO) continue;
      const set = truth === YES ? sure : open;
      set.set(guard, (set.get(guard) ?? 0n) | what);
    }
  });
  return { sure, open };
}

function add(map: Found, guard: Guard, found: Box | undefined): void {
  if (found !== undefined) map.set(guard, [...(map.get(guard) ?? []), found]);
}

/** Most guards look at neither namespace nor name, so that most of the boxes join. */
function parts(
  space: Space,
  found: ReadonlyMap<Guard, Box[]>,
  conditions: (guard: Guard) => readonly string[],
): readonly Part[] {
  return [...found].map(([guard, region]) => ({
    rule: `guard ${guard.id}`,
    region: joinAll(region, space.full),
    conditions: conditions(guard),
    grants: [],
  }));
}

/** None, each of these names, and all others. */
function classesFor(space: Space, ...names: readonly string[]): readonly ClassSet[] {
  const each = names.map((name) => matched(space.names, [globPattern(name)]));
  const others = each.reduce((rest, one) => rest & ~one, someName(space));
  return [NONE, ...each, others].filter((set) => set !== 0n);
}

function lowest(set: ClassSet): ClassSet {
  return set & -set;
}
