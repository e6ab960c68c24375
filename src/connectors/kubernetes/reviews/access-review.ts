import type { Foresight } from '../../../model/foresight.ts';
import type { JsonObject } from '../../../model/operation.ts';
import { unreachable } from '../../../std/unreachable.ts';

/** Of several answers the one that stands for all: a no before a perhaps, and a perhaps before a yes. */
export function weakest(all: readonly Foresight[]): Foresight | undefined {
  const order = ['deny', 'hold', 'incomplete', 'allow'] as const;
  for (const effect of order) {
    const found = all.find((each) => each.effect === effect);
    if (found !== undefined) return found;
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
      return cluster;
    case 'deny':
      return {
        ...cluster,
        allowed: false,
        ...(foresight.by === 'silence' ? {} : { denied: true }),
        reason: both(denialReason(foresight), cluster),
      };
    case 'hold':
      if (cluster.allowed !== true) return cluster;
      return {
        ...cluster,
        allowed: false,
        reason: `the gateway’s rule \`${foresight.rule}\` holds it for a person${after(foresight.reason)}`,
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
