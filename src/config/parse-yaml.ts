import { isAlias, LineCounter, type Node, parseAllDocuments, visit } from 'yaml';
import type { Finding, Located } from './finding.ts';

/**
 * The documents of a YAML file, each with what tells positions in it, or what is wrong with it. Duplicate keys are mistakes, and so are aliases:
 * a few lines of them can stand for gigabytes, and what a rule says should stand where it is read.
 */
export function parseYaml(
  file: string,
  text: string,
): readonly (Located | { readonly findings: readonly Finding[] })[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: true });
  return [...documents].map((document) => {
    const located: Located = { file, document, lines };
    const findings = [...syntaxFindings(located), ...aliasFindings(located)];
    return findings.length > 0 ? { findings } : located;
  });
}

function syntaxFindings(located: Located): Finding[] {
  return located.document.errors.map((error) => {
    const first = error.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? error.message;
    return findingAtOffset(located, error.pos[0], first.charAt(0).toLowerCase() + first.slice(1));
  });
}

function aliasFindings(located: Located): Finding[] {
  const findings: Finding[] = [];
  visit(located.document, (_key, node) => {
    if (isAlias(node))
      findings.push(
        findingAtOffset(
          located,
          (node as Node).range?.[0] ?? 0,
          'aliases are not taken; write the value where it stands',
        ),
      );
  });
  return findings;
}

function findingAtOffset({ file, lines }: Located, offset: number, message: string): Finding {
  const { line, col } = lines.linePos(offset);
  return { file, line: Math.max(1, line), column: Math.max(1, col), path: '', message, severity: 'error' };
}
