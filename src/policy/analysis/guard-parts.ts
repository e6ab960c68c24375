import type { Guard } from '../guards/guard.ts';
import { NO, YES } from '../truth.ts';
import { box, type Region } from './box.ts';
import { NONE, someName } from './name-sets.ts';
import { type ClassSet, literalPattern } from './partition.ts';
import type { Part } from './rule-parts.ts';
import { matched, type Space } from './space.ts';
import { witness } from './witness.ts';

/**
 * What the guards speak of as far as caller, operation, namespace and name tell: each guard is asked about every operation, by a person and by an autonomous
 * caller, in the few namespaces and for the few names that a guard tells apart. What hangs on a body is not seen here.
 */
export function guardParts(space: Space, guards: readonly Guard[]): readonly Part[] {
  return guards.flatMap((guard) => [
    ...partOf(guard, regionWhere(space, guard, true), []),
    ...partOf(guard, regionWhere(space, guard, false), [`guard ${guard.id} finds what it looks for`]),
  ]);
}

function partOf(guard: Guard, region: Region, conditions: readonly string[]): readonly Part[] {
  return region.length === 0 ? [] : [{ rule: `guard ${guard.id}`, region, conditions, grants: [] }];
}

/** Where the guard says yes for certain; or, not `isSure`, where it hangs on what is not known. */
function regionWhere(space: Space, guard: Guard, isSure: boolean): Region {
  const context = { serviceAccounts: new Set<string>(), judgesResult: false };
  const region = [];
  for (const kind of [1n, 2n]) {
    for (const namespace of classesFor(space, 'kube-system')) {
      for (const name of classesFor(space, 'aws-auth')) {
        let what = 0n;
        for (let i = 0; i < space.whats.length; i++) {
          const point = new Map([
            ['what', 1n << BigInt(i)],
            ['kind', kind],
            ['namespace', lowest(namespace)],
            ['name', lowest(name)],
          ]);
          const truth = guard.test(witness(space, point), context);
          if (truth !== NO && (truth === YES) === isSure) what |= 1n << BigInt(i);
        }
        const found = box({ what, kind, namespace, name });
        if (found !== undefined) region.push(found);
      }
    }
  }
  return region;
}

/** None, one name, and all others. */
function classesFor(space: Space, name: string): readonly ClassSet[] {
  const one = matched(space.names, [literalPattern(name)]);
  return [NONE, one, someName(space) & ~one].filter((set) => set !== 0n);
}

function lowest(set: ClassSet): ClassSet {
  return set & -set;
}
