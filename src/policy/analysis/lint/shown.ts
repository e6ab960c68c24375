/* What a rule shows by `unmask` that is wider than it looks. */
import { placePath } from '../../place-path.ts';
import type { Rule } from '../../rule.ts';
import type { Advice } from './advice.ts';

const LISTING = ['list', 'watch', '*'];

/** The places that a rule opens and that hold more than one value, and the objects that it opens them of. */
export function* shown(rule: Rule): Generator<Advice> {
  const { unmask = [], verbs, resourceNames, resources } = rule;
  if (unmask.length === 0) return;
  const advice = (message: string, fix: string): Advice => ({
    rule,
    code: 'wide-unmask',
    field: 'unmask',
    message,
    fix,
  });
  for (const at of unmask) {
    const why = widePlace(at, resources);
    if (why !== undefined) yield advice(`\`${at}\` ${why}`, 'name the one place that is needed: `data.endpoint`');
  }
  const listed = verbs.filter((verb) => LISTING.includes(verb));
  const kinds = resources.map((resource) => `\`${resource}\``).join(', ');
  if (listed.length > 0 && resourceNames.length === 0)
    yield advice(
      `${listed.map((verb) => `\`${verb}\``).join(' and ')} shows these places of all ${kinds} at once`,
      'allow `get` alone, with `resourceNames`',
    );
  else if (resourceNames.length === 0)
    yield advice(`these places are shown of any of ${kinds} whose name is known`, 'add `resourceNames`');
}

const APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Why a place holds more than one value; undefined: it does not look so. */
function widePlace(at: string, resources: readonly string[]): string | undefined {
  const steps = placePath(at);
  if (typeof steps === 'string') return undefined;
  if (steps.includes('**')) return 'is at any depth, also where others may put what they want to have shown';
  if (steps.some((step) => step.includes('*'))) return 'is every key that fits, those that are added later among them';
  if (steps.includes(APPLIED)) return 'holds the whole object as it was applied, with all of its values';
  if (resources.includes('secrets') && steps[0] === 'data' && steps[1] === 'release')
    return 'holds, in a release of Helm, every value of its manifest and configuration';
  const isWhole = steps.length === 1 || (steps[0] === 'metadata' && steps.length === 2);
  return isWhole ? 'is all that is below it, what is added later among it' : undefined;
}
