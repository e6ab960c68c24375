import type { GuardId } from '../policy/guards/guard.ts';
import type { GuardOpening } from '../policy/guards/opening.ts';
import type { CallerMatch, NamespaceMatch } from '../policy/rule.ts';
import type { ConfigDocument } from './schema.ts';

/** What an operator has opened. */
export interface OpenGuards {
  /** For everybody, everywhere. */
  readonly unsafe: ReadonlySet<GuardId>;
  /** For some callers, targets or namespaces. */
  readonly openings: readonly GuardOpening[];
  /** Each in one line, for log and journal: `host-path`, `deletions {"targets":["lab"]}`. */
  readonly told: readonly string[];
}

/** The guards that a configuration opens; the loader has checked their ids. */
export function openGuards({ unsafe }: { readonly unsafe: Pick<ConfigDocument['unsafe'], 'openGuards'> }): OpenGuards {
  const whole: GuardId[] = [];
  const openings: GuardOpening[] = [];
  const told: string[] = [];
  for (const entry of unsafe.openGuards) {
    const { id, ...where } = typeof entry === 'string' ? { id: entry } : entry;
    const isWhole = Object.keys(where).length === 0;
    told.push(isWhole ? id : `${id} ${JSON.stringify(where)}`);
    if (isWhole) whole.push(id as GuardId);
    else openings.push(toOpening(id as GuardId, where));
  }
  return { unsafe: new Set(whole), openings, told };
}

/**
 * The ids of all guards that are open for anybody: what the analyses of a policy, which ask what could be reached, take as open.
 */
export function openedIds({
  unsafe,
}: {
  readonly unsafe: Pick<ConfigDocument['unsafe'], 'openGuards'>;
}): readonly string[] {
  return unsafe.openGuards.map((entry) => (typeof entry === 'string' ? entry : entry.id));
}

type Where = Omit<Exclude<ConfigDocument['unsafe']['openGuards'][number], string>, 'id'>;

function toOpening(id: GuardId, { callers, targets, namespaces }: Where): GuardOpening {
  return {
    id,
    ...(callers === undefined ? {} : { callers: callers.map(({ everyone: _, ...match }) => match as CallerMatch) }),
    ...(targets === undefined ? {} : { targets }),
    ...(namespaces === undefined
      ? {}
      : { namespaces: namespaces.map((each) => (typeof each === 'string' ? { name: each } : each) as NamespaceMatch) }),
  };
}
