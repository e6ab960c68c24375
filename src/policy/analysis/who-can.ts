import type { Guard } from '../guards/guard.ts';
import type { Rule } from '../rule.ts';
import { answersOf } from './answers.ts';
import { intersect, simplify } from './box.ts';
import { allowedBy, type DescribedPart, offeredBy } from './changes.ts';
import { partsOfRule } from './rule-parts.ts';
import { type Catalog, spaceOf } from './space.ts';
import { universe } from './universe.ts';

/** What is asked about; what is not given is any. */
export interface WhoCanQuery {
  readonly verb: string;
  readonly apiGroup: string;
  /** With its subresource: `pods/log`. */
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** Who may do something, and under what. */
export interface WhoCan {
  readonly allowed: readonly DescribedPart[];
  readonly held: readonly DescribedPart[];
}

/** Everyone who may have the operation done: over all callers, not by sample. @throws {TooComplexError} */
export function whoCan(rules: readonly Rule[], guards: readonly Guard[], catalog: Catalog, query: WhoCanQuery): WhoCan {
  const asked = ruleOf(query);
  const space = spaceOf([...rules, asked], catalog);
  const answers = answersOf(space, rules, guards);
  const wanted = intersect(
    partsOfRule(space, asked).flatMap(({ region }) => region),
    universe(space),
  );
  const within = (region: typeof wanted) => simplify(intersect(region, wanted), space.full);
  return {
    allowed: allowedBy(space, within(answers.may), answers),
    held: offeredBy(space, within(answers.held), answers, 'hold'),
  };
}

/** A rule that speaks of just what is asked about; it is never decided with. */
function ruleOf({ verb, apiGroup, resource, namespace, name }: WhoCanQuery): Rule {
  return {
    id: 'asked',
    effect: 'allow',
    source: { file: '', line: 0 },
    reason: '',
    callers: [{}],
    targets: ['*'],
    verbs: [verb],
    apiGroups: [apiGroup],
    resources: [resource],
    resourceNames: name === undefined ? [] : [name],
    nonResourceURLs: [],
    powers: [],
    ...(namespace === undefined ? {} : { namespaces: [{ name: namespace }] }),
    serviceAccounts: [],
    mountableSecrets: [],
    equivalents: false,
    amend: [],
  };
}
