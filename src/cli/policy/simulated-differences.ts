import type { Replay } from '../../policy/observed/replay.ts';
import type { RecordedOperation } from '../../recording/event.ts';
import type { RecordedExchange } from '../recorded/recorded-exchanges.ts';

/** Exchanges that are alike and whose answers differ alike. */
export interface Differing {
  readonly caller: string;
  readonly target: string;
  /** In words: `delete pods shop/web`. */
  readonly operation: string;
  readonly before: Answer;
  readonly after: Answer;
  readonly needs: readonly string[];
  readonly times: number;
  /** The last of them. */
  readonly last: string;
  /** All of them. */
  readonly exchanges: readonly string[];
}

interface Growing extends Omit<Differing, 'times' | 'last' | 'exchanges'> {
  readonly exchanges: string[];
}

interface Answer {
  readonly effect: string;
  readonly rule: string;
}

/** Counts what would be answered otherwise, what might be, and what nobody can say. */
export class Differences {
  readonly #groups = { yes: new Map<string, Growing>(), perhaps: new Map<string, Growing>() };
  #exchanges = 0;
  #notAsRecorded = 0;
  #notReadAgain = 0;

  /** One exchange, with what both policies answer; undefined where it could not be read again. */
  take({ begun }: RecordedExchange, replayed: Replay | undefined): void {
    this.#exchanges++;
    if (replayed === undefined) {
      this.#notReadAgain++;
      return;
    }
    const { differs, before, after, isAsRecorded } = replayed;
    if (!isAsRecorded) this.#notAsRecorded++;
    if (differs === 'no') return;
    const found = {
      caller: begun.caller.subject,
      target: begun.target,
      operation: operationWords(begun.operation),
      before: { effect: before.effect, rule: before.rule },
      after: { effect: after.effect, rule: after.rule },
      needs: [...new Set([before, after].flatMap((one) => (one.effect === 'unknown' ? one.needs : [])))],
    };
    const key = JSON.stringify(found);
    const group = this.#groups[differs];
    const own = group.get(key) ?? { ...found, exchanges: [] };
    own.exchanges.push(begun.exchange);
    group.set(key, own);
  }

  /** What differs, by caller, target and operation. */
  result() {
    return {
      exchanges: this.#exchanges,
      differ: sorted(this.#groups.yes),
      mayDiffer: sorted(this.#groups.perhaps),
      notAsRecorded: this.#notAsRecorded,
      notReadAgain: this.#notReadAgain,
    };
  }
}

function sorted(groups: ReadonlyMap<string, Growing>): readonly Differing[] {
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, group]) => ({ ...group, times: group.exchanges.length, last: group.exchanges.at(-1) ?? '' }));
}

/** What was asked, in a few words. */
export function operationWords({
  verb,
  apiGroup,
  resource,
  subresource,
  namespace,
  name,
  path,
}: RecordedOperation): string {
  if (resource === '') return `${verb} ${path}`;
  const kind = `${resource}${apiGroup === '' ? '' : `.${apiGroup}`}${subresource === '' ? '' : `/${subresource}`}`;
  const where = [namespace, name].filter((part) => part !== '').join('/');
  return `${verb} ${kind}${where === '' ? '' : ` ${where}`}`;
}
