/* What a change of a workload does to its pods: how many there are to be, whether they are replaced, and which disruption budgets they stand under. */
import type { JsonObject, JsonValue } from '../../../model/operation.ts';
import type { ShownBudget } from '../../../model/shown.ts';
import { numberAt, objectsAt, textAt, textsAt, valueAt } from './json-at.ts';
import { LOOK_LIMITS } from './preview-limits.ts';
import type { Reads } from './reads.ts';

/**
 * The replicas before and after; undefined where they stay.
 *
 * A Scale of none says no number: `replicas` is left out of it where it is 0 (`omitempty` in ScaleSpec), and that a workload goes to 0 is what has to be seen. Workloads
 * themselves always have the number.
 *
 * Source: https://github.com/kubernetes/api/blob/v0.35.4/autoscaling/v1/types.go
 */
export function scaleOf(
  before: JsonObject,
  after: JsonObject,
): { readonly from: number; readonly to: number } | undefined {
  const [from, to] = [replicasOf(before), replicasOf(after)];
  return from === undefined || to === undefined || from === to ? undefined : { from, to };
}

function replicasOf(object: JsonObject): number | undefined {
  return numberAt(object, 'spec', 'replicas') ?? (textAt(object, 'kind') === 'Scale' ? 0 : undefined);
}

/** In words, where a change of the template replaces the pods. */
export function rolloutOf(before: JsonObject, after: JsonObject): readonly string[] {
  const [was, is] = [valueAt(before, 'spec', 'template'), valueAt(after, 'spec', 'template')];
  if (was === undefined || is === undefined || JSON.stringify(was) === JSON.stringify(is)) return [];
  const replicas = numberAt(before, 'spec', 'replicas') ?? numberAt(before, 'status', 'desiredNumberScheduled');
  const strategy =
    textAt(after, 'spec', 'strategy', 'type') || textAt(after, 'spec', 'updateStrategy', 'type') || 'RollingUpdate';
  const unavailable = valueAt(after, 'spec', 'strategy', 'rollingUpdate', 'maxUnavailable');
  const share = unavailable === undefined ? '' : `, ${String(unavailable)} at once at most`;
  if (textAt(before, 'kind') === 'Job' || textAt(before, 'kind') === 'CronJob') return [];
  return [`replaces its ${replicas === undefined ? '' : `${replicas} `}pods (${strategy}${share})`];
}

/** The budgets of a namespace that pods with these labels stand under. */
export async function budgetsOf(
  reads: Reads,
  namespace: string,
  labels: JsonValue | undefined,
): Promise<{ readonly budgets?: readonly ShownBudget[]; readonly missing: readonly string[] }> {
  const list = await reads.list(`/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`);
  if (typeof list === 'string')
    return { missing: ['disruption budgets: its caller may not list them, or they were not told in time'] };
  const budgets = list.items
    .filter((budget) => matches(valueAt(budget, 'spec', 'selector'), labels))
    .slice(0, LOOK_LIMITS.toldMax)
    .map((budget) => ({
      name: textAt(budget, 'metadata', 'name'),
      allows: numberAt(budget, 'status', 'disruptionsAllowed') ?? 0,
    }));
  return { ...(budgets.length === 0 ? {} : { budgets }), missing: [] };
}

/** Whether a label selector means an object with these labels; none means nothing, an empty one everything. Source: `LabelSelectorAsSelector`, apimachinery */
function matches(selector: JsonValue | undefined, labels: JsonValue | undefined): boolean {
  if (selector === undefined || selector === null) return false;
  const exact = Object.entries((valueAt(selector, 'matchLabels') ?? {}) as JsonObject);
  return (
    exact.every(([key, value]) => valueAt(labels, key) === value) &&
    objectsAt(selector, 'matchExpressions').every((expression) => isMet(expression, labels))
  );
}

function isMet(expression: JsonObject, labels: JsonValue | undefined): boolean {
  const value = valueAt(labels, textAt(expression, 'key'));
  const values = textsAt(expression, 'values');
  switch (textAt(expression, 'operator')) {
    case 'In':
      return typeof value === 'string' && values.includes(value);
    case 'NotIn':
      return typeof value !== 'string' || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return true;
  }
}
