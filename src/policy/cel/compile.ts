import { type CelInput, type CelResult, celEnv, isCelError, parse, plan } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import type { Question } from '../question.ts';
import { BROKEN, type Truth, truth, YES } from '../truth.ts';
import { identifiers } from './identifiers.ts';
import { type Binding, bind, missingOf, VARIABLES, type Variable } from './variables.ts';

/** What every condition is planned in. */
export const ENVIRONMENT = celEnv({ funcs: [...strings] });

/**
 * A condition in CEL as a test of a question: yes, no, the facts that it needs, or broken when it ends in an error or in anything but true or false.
 *
 * @throws {Error} the text does not parse; the loader has refused such a rule
 */
export function compileCel(text: string): (question: Question) => Truth {
  const parsed = parse(text);
  const names = identifiers(parsed.expr);
  const variables = VARIABLES.filter((variable) => names.has(variable));
  const run = plan(ENVIRONMENT, parsed) as (bindings: Record<string, CelInput>) => CelResult;
  return (question) => evaluate(run, variables, question);
}

function evaluate(
  run: (bindings: Record<string, CelInput>) => CelResult,
  variables: readonly Variable[],
  question: Question,
): Truth {
  const values: Record<string, CelInput> = {};
  try {
    const bindings: readonly Binding[] = variables.map((variable) => bind(variable, question));
    const open = missingOf(bindings);
    if (open !== YES) return open;
    variables.forEach((variable, i) => {
      values[variable] = (bindings[i] as { value: CelInput }).value;
    });
    const result = run(values);
    return isCelError(result) || typeof result !== 'boolean' ? BROKEN : truth(result);
  } catch {
    return BROKEN;
  }
}
