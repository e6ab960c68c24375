import type { parse } from '@bufbuild/cel';

/** A node of CEL's syntax tree; the package does not name the type. */
export type Expression = ReturnType<typeof parse>['expr'];

/** The free names of an expression: those that no macro around them binds. */
export function identifiers(expression: Expression): ReadonlySet<string> {
  const found = new Set<string>();
  walk(expression, new Set(), found);
  return found;
}

function walk(expression: Expression | undefined, bound: ReadonlySet<string>, found: Set<string>): void {
  const node = expression?.exprKind;
  switch (node?.case) {
    case 'identExpr':
      if (!bound.has(node.value.name)) found.add(node.value.name.replace(/^\./, ''));
      return;
    case 'selectExpr':
      walk(node.value.operand, bound, found);
      return;
    case 'callExpr':
      for (const child of [node.value.target, ...node.value.args]) walk(child, bound, found);
      return;
    case 'listExpr':
      for (const child of node.value.elements) walk(child, bound, found);
      return;
    case 'structExpr':
      for (const { keyKind, value } of node.value.entries) {
        if (keyKind.case === 'mapKey') walk(keyKind.value, bound, found);
        walk(value, bound, found);
      }
      return;
    case 'comprehensionExpr': {
      const { iterRange, accuInit, iterVar, iterVar2, accuVar, loopCondition, loopStep, result } = node.value;
      walk(iterRange, bound, found);
      walk(accuInit, bound, found);
      const inner = new Set([...bound, iterVar, iterVar2, accuVar]);
      for (const child of [loopCondition, loopStep, result]) walk(child, inner, found);
      return;
    }
    default:
      return;
  }
}
