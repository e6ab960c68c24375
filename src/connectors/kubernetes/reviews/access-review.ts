import type { Foresight } from '../../../model/foresight.ts';
import type { JsonObject } from '../../../model/operation.ts';
import { unreachable } from '../../../std/unreachable.ts';

/** Of several answers the one that stands for all: a no before a perhaps, a perhaps before a yes, and a yes with all that the guards stop of any. */
export function weakest(all: readonly Foresight[]): Foresight | undefined {
  const order = ['deny', 'hold', 'incomplete', 'allow'] as const;
  for (const effect of order) {
    const found = all.find((each) => each.effect === effect);
    if (found === undefined) continue;
    if (found.effect !== 'allow') return found;
    const unless = [...new Set(all.flatMap((each) => (each.effect === 'allow' ? (each.unless ?? []) : [])))];
    return unless.length === 0 ? found : { ...found, unless };
  }
  return undefined;
}

/** An answer about several kinds at once: a yes for all of them cannot be told, since wildcards take in powers and what guards close. */
export function ofWildcard(foresight: Foresight): Foresight {
  if (foresight.effect === 'deny' || foresight.effect === 'hold') return foresight;
  return { effect: 'incomplete', rule: foresight.rule, needs: ['one resource or path in place of the wildcard'] };
}

/** The cluster's status of an access review, made true of the gateway as well: a yes only where both say it. */
export function accessStatus(cluster: JsonObject, foresight: Foresight): JsonObject {
  switch (foresight.effect) {
    case 'allow':
      if (cluster.allowed !== true || foresight.unless === undefined) return cluster;
      return { ...cluster, reason: [cluster.reason, stoppedBy(foresight.unless)].filter(isText).join('; ') };
    case 'deny':
      return {
        ...cluster,
        allowed: false,
        ...(foresight.by === 'silence' ? {} : { denied: true }),
        reason: both(denialReason(foresight), cluster),
      };
    case 'hold':
      if (cluster.allowed !== true) return cluster;
      // A yes: what is held is done once a person has said so.
      return {
        ...cluster,
        reason: [
          cluster.reason,
          `held: a person is asked, by the gateway’s rule \`${foresight.rule}\`${after(foresight.reason)}`,
          foresight.unless === undefined ? '' : stoppedBy(foresight.unless),
        ]
          .filter(isText)
          .join('; '),
      };
    case 'incomplete':
      if (cluster.allowed !== true) return cluster;
      return {
        ...cluster,
        allowed: false,
        reason: 'the gateway’s answer hangs on the request itself',
        evaluationError: [cluster.evaluationError, `incomplete: ${hangsOn(foresight)}`].filter(isText).join('; '),
      };
    default:
      return unreachable(foresight);
  }
}

/** Which guards still look at what is sent: ``the gateway’s guards `a` and `b` can stop it, for what is sent``. */
export function stoppedBy(guards: readonly string[]): string {
  const named = guards.map((id) => `\`${id}\``);
  const list = named.length > 1 ? `${named.slice(0, -1).join(', ')} and ${named.at(-1)}` : named.join('');
  return `the gateway’s ${named.length > 1 ? 'guards' : 'guard'} ${list} can stop it, for what is sent`;
}

/** What an undecided rule hangs on: `` `p/x` needs the ports``. */
export function hangsOn({ rule, needs }: Extract<Foresight, { effect: 'incomplete' }>): string {
  return `\`${rule}\` needs ${needs.join(' and ')}`;
}

function denialReason({ by, rule, reason, advice }: Extract<Foresight, { effect: 'deny' }>): string {
  const next = advice === '' ? '' : `; ${advice}`;
  if (by === 'silence') return `no rule of the gateway allows it${next}`;
  return `the gateway’s ${by} \`${rule}\` denies it${after(reason)}${next}`;
}

function both(reason: string, { allowed, reason: clusters }: JsonObject): string {
  if (allowed === true) return reason;
  return `${reason}; the cluster does not allow it either${isText(clusters) ? `: ${clusters}` : ''}`;
}

function after(reason: string): string {
  return reason === '' ? '' : `: ${reason}`;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
