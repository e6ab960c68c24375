import { type Document, isMap, isPair, isScalar, type LineCounter, type Node, type Pair } from 'yaml';
import type { z } from 'zod';

/** Something wrong in a document that a person wrote, where it stands and what was expected. */
export interface Finding {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1. */
  readonly column: number;
  /** Where in the document: `targets[0].kubeconfig.file`; empty for the whole. */
  readonly path: string;
  /** One lower-case sentence without a final stop: what is wrong and what was expected. */
  readonly message: string;
  readonly severity: 'error' | 'warning';
}

/** A finding as one line for people and for editors that jump to it: `FILE:LINE:COLUMN: PATH: MESSAGE`. */
export function formatFinding(finding: Finding): string {
  const where = `${finding.file}:${finding.line}:${finding.column}`;
  const kind = finding.severity === 'warning' ? 'warning: ' : '';
  return `${where}: ${kind}${finding.path === '' ? '' : `${finding.path}: `}${finding.message}`;
}

/** A YAML document with what is needed to tell where in its file a path stands. */
export interface Located {
  readonly file: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

type Path = readonly PropertyKey[];

/** A finding at a path of a document; where the path does not exist, at the deepest part of it that does. */
export function findingAt(
  located: Located,
  path: Path,
  message: string,
  severity: Finding['severity'] = 'error',
): Finding {
  return { file: located.file, ...position(located, path), path: formatPath(path), message, severity };
}

/** What a schema found wrong, told by `mistakeWords`, each mistake a finding of its own: an unknown key stands at the key itself. */
export function schemaFindings(located: Located, error: z.ZodError): Finding[] {
  return error.issues.flatMap((issue) => issueFindings(located, issue, []));
}

function issueFindings(located: Located, issue: z.core.$ZodIssue, parent: Path): Finding[] {
  const path = [...parent, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const told = issue.message.split('\n');
    return issue.keys.map((key, i) => findingAt(located, [...path, key], told[i] ?? issue.message));
  }
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => findingAt(located, path, message));
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const closest = [...issue.errors].sort((a, b) => depth(b) - depth(a) || a.length - b.length)[0] ?? [];
    return closest.flatMap((inner) => issueFindings(located, inner, path));
  }
  return [findingAt(located, path, issue.message.charAt(0).toLowerCase() + issue.message.slice(1))];
}

function depth(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length));
}

/** A path as a person writes it: `targets[0].port`. */
export function formatPath(path: Path): string {
  return path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i === 0 ? '' : '.'}${String(part)}`))
    .join('');
}

function position({ document, lines }: Located, path: Path): { line: number; column: number } {
  let node: Node | null = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const part of path) {
    if (isMap(node)) {
      const pair: Pair | undefined = node.items.find(
        (item) => isScalar(item.key) && String(item.key.value) === String(part),
      );
      if (pair === undefined) break;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value as Node | null;
    } else {
      const item: unknown = node !== null && 'items' in node ? (node.items as unknown[])[part as number] : undefined;
      if (item === undefined || isPair(item)) break;
      node = item as Node;
      offset = node.range?.[0] ?? offset;
    }
  }
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}
