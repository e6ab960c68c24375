/*
 * The types of a condition, checked before it is loaded: names, fields of `caller` and `operation`, functions and what they take, and that the
 * whole is true or false. The engine's own checker knows constants and names only, so this one stands beside it, over the functions that the engine
 * itself lists.
 *
 * Not checked, because nothing says what they hold: fields of `object` and `existing`, keys of maps, and what follows from either.
 */
import { SPEND, SPEND_RANGE, SPEND_WHOLE } from './budget.ts';
import { compileCel } from './compile.ts';
import { ABSENT_FUNCTIONS, FUNCTIONS, matches } from './environment.ts';
import { type Comprehension, children, type Expression, parseCel } from './expression.ts';
import {
  BOOL,
  comparable,
  DYN,
  fits,
  formatType,
  INT,
  join,
  listOf,
  mapOf,
  NULL,
  STRING,
  scalar,
  type Type,
  typeOf,
} from './type.ts';
import { VARIABLE_TYPES } from './variable-types.ts';

/** A mistake in a condition, `offset` characters from its beginning. */
export interface CelMistake {
  readonly offset: number;
  readonly message: string;
}

/** Limit: a condition of more nodes than this is refused. */
const NODES_MAX = 2000;

/** Limit: loops in loops beyond this depth are refused. */
const LOOPS_MAX = 3;

/** What is wrong with a condition before it ever runs; nothing where it is right. */
export function checkCel(text: string): readonly CelMistake[] {
  const parsed = tryParse(text);
  if ('message' in parsed) return [parsed];
  const positions = parsed.sourceInfo?.positions ?? {};
  const mistakes: CelMistake[] = [];
  const scope: Scope = {
    types: VARIABLE_TYPES,
    loops: 0,
    mistake: ({ id }, message) => mistakes.push({ offset: Math.max(0, positions[String(id)] ?? 0), message }),
  };
  if (count(parsed.expr) > NODES_MAX) return [{ offset: 0, message: `expected at most ${NODES_MAX} parts` }];
  const type = infer(parsed.expr, scope);
  if (mistakes.length === 0 && !fits(type, BOOL))
    scope.mistake(parsed.expr, `a condition is true or false, and this is of type \`${formatType(type)}\``);
  if (mistakes.length === 0) planMistake(text, parsed.expr, scope);
  return mistakes.filter(
    (mistake, i) =>
      mistakes.findIndex(({ offset, message }) => offset === mistake.offset && message === mistake.message) === i,
  );
}

/** What passes here must compile: a rule set is refused with a place, never by a crash. */
function planMistake(text: string, at: Expression, { mistake }: Scope): void {
  try {
    compileCel(text);
  } catch (error) {
    mistake(at, `cannot be evaluated: ${(error as Error).message}`);
  }
}

function tryParse(text: string): ReturnType<typeof parseCel> | CelMistake {
  try {
    return parseCel(text);
  } catch (error) {
    const { rawMessage, location } = error as { rawMessage?: string; location?: { start: { offset: number } } };
    return { offset: location?.start.offset ?? 0, message: `not CEL: ${rawMessage ?? (error as Error).message}` };
  }
}

function count(expression: Expression): number {
  return children(expression).reduce((sum, child) => sum + count(child), 1);
}

interface Scope {
  readonly types: Readonly<Record<string, Type>>;
  /** How many loops stand around. */
  readonly loops: number;
  readonly mistake: (at: Expression, message: string) => void;
}

function infer(expression: Expression | undefined, scope: Scope): Type {
  const node = expression?.exprKind;
  if (expression === undefined || node === undefined) return DYN;
  switch (node.case) {
    case 'constExpr':
      return CONSTANTS[node.value.constantKind.case ?? ''] ?? DYN;
    case 'identExpr':
      return inferName(expression, node.value.name, scope);
    case 'selectExpr':
      return inferField(expression, infer(node.value.operand, scope), node.value.field, node.value.testOnly, scope);
    case 'callExpr':
      return inferCall(expression, scope);
    case 'listExpr':
      return listOf(join(node.value.elements.map((element) => infer(element, scope))));
    case 'structExpr':
      if (node.value.messageName !== '') scope.mistake(expression, `there is no message \`${node.value.messageName}\``);
      return mapOf(join(node.value.entries.map(({ value }) => infer(value, scope))));
    case 'comprehensionExpr':
      return inferLoop(expression, node.value, scope);
    default:
      return DYN;
  }
}

const CONSTANTS: Readonly<Record<string, Type>> = {
  boolValue: BOOL,
  stringValue: STRING,
  int64Value: INT,
  uint64Value: scalar('uint'),
  doubleValue: scalar('double'),
  bytesValue: scalar('bytes'),
  nullValue: NULL,
};

/** Names of types, for `type(x) == int`. */
const TYPE_NAMES = new Set(['bool', 'int', 'uint', 'double', 'string', 'bytes', 'list', 'map', 'null_type', 'type']);

function inferName(at: Expression, written: string, { types, mistake }: Scope): Type {
  const name = written.replace(/^\./, '');
  if (Object.hasOwn(types, name)) return types[name] as Type;
  if (TYPE_NAMES.has(name)) return scalar('type');
  const known = Object.keys(VARIABLE_TYPES).map((variable) => `\`${variable}\``);
  mistake(at, `\`${name}\` is no variable; there are ${known.join(', ')}`);
  return DYN;
}

function inferField(at: Expression, operand: Type, field: string, isTest: boolean, { mistake }: Scope): Type {
  if (operand.kind === 'record') {
    if (Object.hasOwn(operand.fields, field)) return isTest ? BOOL : (operand.fields[field] as Type);
    mistake(at, `\`${operand.name}\` has no field \`${field}\`; it has ${Object.keys(operand.fields).join(', ')}`);
  } else if (operand.kind !== 'map' && operand.kind !== 'dyn')
    mistake(at, `\`${formatType(operand)}\` has no field \`${field}\``);
  if (isTest) return BOOL;
  return operand.kind === 'map' ? operand.value : DYN;
}

function inferLoop(at: Expression, loop: Comprehension, scope: Scope): Type {
  const range = infer(loop.iterRange, scope);
  if (!fits(range, listOf(DYN)) && !fits(range, mapOf(DYN)))
    scope.mistake(at, `\`${formatType(range)}\` is no list or map to loop over`);
  if (scope.loops >= LOOPS_MAX) scope.mistake(at, `expected at most ${LOOPS_MAX} loops within each other`);
  const item = range.kind === 'list' ? range.element : range.kind === 'dyn' ? DYN : STRING;
  const initial = infer(loop.accuInit, scope);
  const accumulated = initial.kind === 'list' ? listOf(DYN) : initial;
  const types = { ...scope.types, [loop.iterVar]: item, [loop.accuVar]: accumulated };
  const inner = { ...scope, types, loops: scope.loops + 1 };
  infer(loop.loopCondition, inner);
  infer(loop.loopStep, inner);
  return infer(loop.result, { ...inner, loops: scope.loops });
}

function inferCall(at: Expression, scope: Scope): Type {
  if (at.exprKind.case !== 'callExpr') return DYN;
  const { function: name, target, args } = at.exprKind.value;
  const qualified = target?.exprKind.case === 'identExpr' ? `${target.exprKind.value.name}.${name}` : '';
  if (FUNCTIONS.has(qualified)) return overload(at, qualified, undefined, args, scope);
  const given = args.map((arg) => infer(arg, scope));
  switch (name) {
    case '_&&_':
    case '_||_':
      given.forEach((type, i) => {
        if (!fits(type, BOOL))
          scope.mistake(args[i] as Expression, `expected true or false, not \`${formatType(type)}\``);
      });
      return BOOL;
    case '_?_:_':
      if (!fits(given[0] ?? DYN, BOOL))
        scope.mistake(args[0] as Expression, `expected true or false, not \`${formatType(given[0] ?? DYN)}\``);
      return join(given.slice(1));
    case '_==_':
    case '_!=_':
      if (!comparable(given[0] ?? DYN, given[1] ?? DYN)) {
        scope.mistake(at, `\`${formatType(given[0] ?? DYN)}\` is never equal to \`${formatType(given[1] ?? DYN)}\``);
      }
      return BOOL;
    case '_[_]':
      return inferIndex(at, given[0] ?? DYN, args[1], given[1] ?? DYN, scope);
    case '@not_strictly_false':
      return BOOL;
    default:
      return overload(at, name, target, args, scope);
  }
}

function inferIndex(at: Expression, operand: Type, index: Expression | undefined, key: Type, scope: Scope): Type {
  const constant = index?.exprKind.case === 'constExpr' ? index.exprKind.value.constantKind : undefined;
  if (operand.kind === 'record' && constant?.case === 'stringValue')
    return inferField(at, operand, constant.value, false, scope);
  if (operand.kind === 'list') {
    if (!['int', 'uint', 'double', 'dyn'].includes(formatType(key)))
      scope.mistake(at, `a list has no index of type \`${formatType(key)}\``);
    return operand.element;
  }
  if (operand.kind === 'map') return operand.value;
  if (operand.kind !== 'dyn' && operand.kind !== 'record') scope.mistake(at, `\`${formatType(operand)}\` has no index`);
  return DYN;
}

function overload(
  at: Expression,
  name: string,
  target: Expression | undefined,
  args: readonly Expression[],
  scope: Scope,
): Type {
  const receiver = target === undefined ? undefined : infer(target, scope);
  const given = args.map((arg) => infer(arg, scope));
  const known = [SPEND, SPEND_RANGE, SPEND_WHOLE].includes(name) ? [] : (FUNCTIONS.get(name) ?? []);
  const matching = known.filter(
    (func) =>
      (func.target === undefined) === (receiver === undefined) &&
      func.arguments.length === given.length &&
      (receiver === undefined || func.target === undefined || fits(receiver, typeOf(func.target))) &&
      func.arguments.every((wanted, i) => fits(given[i] as Type, typeOf(wanted))),
  );
  if (name === 'matches') checkPattern(args.at(-1), scope);
  if (matching.length > 0) return join(matching.map(({ result }) => typeOf(result)));
  const types = given.map(formatType).join(', ');
  const absent = ABSENT_FUNCTIONS[name] === undefined ? '' : `: ${ABSENT_FUNCTIONS[name]}`;
  if (known.length === 0) scope.mistake(at, `there is no function \`${name}\`${absent}`);
  else
    scope.mistake(
      at,
      `\`${name}\` does not take \`${receiver === undefined ? '' : `${formatType(receiver)}.`}(${types})\``,
    );
  return DYN;
}

/** An expression for `matches` that is written out can be read now; one that cannot would break every evaluation off. */
function checkPattern(pattern: Expression | undefined, { mistake }: Scope): void {
  if (pattern?.exprKind.case !== 'constExpr' || pattern.exprKind.value.constantKind.case !== 'stringValue') return;
  const { value } = pattern.exprKind.value.constantKind;
  try {
    matches('', value);
  } catch {
    mistake(pattern, `\`${value}\` is not a regular expression of RE2`);
  }
}
