import { type CelInput, type CelResult, isCelError, plan } from '@bufbuild/cel';
import type { Question } from '../question.ts';
import { BROKEN, type Truth, truth, unsaid, YES } from '../truth.ts';
import { meter, refill } from './budget.ts';
import { ENVIRONMENT } from './environment.ts';
import { children, type Expression, parseCel } from './expression.ts';
import { type Binding, bind, missingOf, VARIABLES, type Variable } from './variables.ts';

type Run = (bindings: Record<string, CelInput>) => CelResult;

/**
 * A condition in CEL as a test of a question: yes, no, the facts that it needs, or broken when it ends in an error or in anything but true or false.
 * Asked of an access review, it is undecided unless it looks at caller and time alone.
 *
 * @throws {Error} the text does not parse; the loader has refused such a rule
 */
export function compileCel(text: string): (question: Question) => Truth {
  const parsed = parseCel(text);
  meter(parsed.expr);
  const names = identifiers(parsed.expr);
  const variables = VARIABLES.filter((variable) => names.has(variable));
  const run = plan(ENVIRONMENT, parsed) as Run;
  const looksAtRequest = variables.some((variable) => variable !== 'caller' && variable !== 'now');
  return (question) =>
    question.unsaid !== undefined && looksAtRequest ? unsaid('condition') : evaluate(run, variables, question);
}

/** Every name in an expression, those that a macro binds among them: looking one up too many is safe, one too few is not. */
function identifiers(expression: Expression, found = new Set<string>()): ReadonlySet<string> {
  if (expression.exprKind.case === 'identExpr') found.add(expression.exprKind.value.name.replace(/^\./, ''));
  for (const child of children(expression)) identifiers(child, found);
  return found;
}

/** What breaks off makes an error, in a loop one each turn; where each came from nobody reads, and finding it out costs five times the turn. */
function withoutTraces<T>(work: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function evaluate(run: Run, variables: readonly Variable[], question: Question): Truth {
  const values: Record<string, CelInput> = {};
  try {
    const bindings: readonly Binding[] = variables.map((variable) => bind(variable, question));
    const open = missingOf(bindings);
    if (open !== YES) return open;
    let longestText = 0;
    bindings.forEach((binding, i) => {
      if ('missing' in binding) return;
      values[variables[i] as Variable] = binding.value;
      longestText = Math.max(longestText, binding.longestText ?? 0);
    });
    refill(longestText);
    const result = withoutTraces(() => run(values));
    return isCelError(result) || typeof result !== 'boolean' ? BROKEN : truth(result);
  } catch {
    return BROKEN;
  }
}
