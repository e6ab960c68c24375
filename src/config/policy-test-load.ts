import { mistakeWords } from '../std/mistake-words.ts';
import { type Finding, findingAt, type Located, schemaFindings } from './finding.ts';
import { parseYaml } from './parse-yaml.ts';
import { type PolicyTestDocument, policyTestSchema } from './policy-test-schema.ts';

/** A document of tests, and where each case stands in its file. */
export interface PolicyTests {
  readonly document: PolicyTestDocument;
  /** The line of each case, counted from 1. */
  readonly lines: readonly number[];
}

/** The tests in a text, or every mistake in it. */
export function parsePolicyTests(
  file: string,
  text: string,
): { readonly tests: readonly PolicyTests[] } | { readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const tests: PolicyTests[] = [];
  for (const parsed of parseYaml(file, text)) {
    if ('findings' in parsed) findings.push(...parsed.findings);
    else if (parsed.document.contents !== null) tests.push(...documentTests(parsed, findings));
  }
  return findings.length === 0 ? { tests } : { findings };
}

function documentTests(located: Located, findings: Finding[]): readonly PolicyTests[] {
  const parsed = policyTestSchema.safeParse(located.document.toJS(), { error: mistakeWords });
  if (!parsed.success) {
    findings.push(...schemaFindings(located, parsed.error));
    return [];
  }
  const document = parsed.data;
  document.cases.forEach((each, i) => {
    if (each.caller === undefined && document.caller === undefined)
      findings.push(findingAt(located, ['cases', i], 'expected `caller`, here or on the file'));
  });
  return [{ document, lines: document.cases.map((_, i) => findingAt(located, ['cases', i], '').line) }];
}
