import { parse } from '@bufbuild/cel';

/**
 * A condition's syntax tree. The line that is added ends a comment that stands last, which the engine's parser does not take otherwise.
 *
 * @throws {Error} the text is not CEL
 */
export function parseCel(text: string): ReturnType<typeof parse> {
  return parse(`${text}\n`);
}

/** A node of CEL's syntax tree; the package does not name the type. */
export type Expression = ReturnType<typeof parse>['expr'];

/** The loop that a macro such as `all` or `map` becomes. */
export type Comprehension = Extract<Expression['exprKind'], { case: 'comprehensionExpr' }>['value'];

/** The expressions right below one. */
export function children({ exprKind: node }: Expression): readonly Expression[] {
  switch (node.case) {
    case 'selectExpr':
      return some([node.value.operand]);
    case 'callExpr':
      return some([node.value.target, ...node.value.args]);
    case 'listExpr':
      return node.value.elements;
    case 'structExpr':
      return some(
        node.value.entries.flatMap(({ keyKind, value }) => [
          keyKind.case === 'mapKey' ? keyKind.value : undefined,
          value,
        ]),
      );
    case 'comprehensionExpr': {
      const { iterRange, accuInit, loopCondition, loopStep, result } = node.value;
      return some([iterRange, accuInit, loopCondition, loopStep, result]);
    }
    default:
      return [];
  }
}

function some(expressions: readonly (Expression | undefined)[]): readonly Expression[] {
  return expressions.filter((expression) => expression !== undefined);
}
