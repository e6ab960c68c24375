import { ADVICE_CODES } from '../../policy/analysis/lint/advice.ts';
import type { PolicyFinding } from './check-policies.ts';

/**
 * Findings as SARIF 2.1.0, as code hosts show them beside the lines of a change.
 *
 * Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function sarif(findings: readonly PolicyFinding[]): unknown {
  const rules = Object.entries({ invalid: 'The policy is not valid and is not loaded.', ...ADVICE_CODES });
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'sallyport policy check',
            rules: rules.map(([id, text]) => ({ id, shortDescription: { text } })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: findings.map(({ code, severity, message, fix, file, line, column }) => ({
          ruleId: code,
          ruleIndex: rules.findIndex(([id]) => id === code),
          level: severity,
          message: { text: fix === '' ? message : `${message}. Fix: ${fix}` },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: encodeURI(file.replaceAll('\\', '/')) },
                region: { startLine: line, startColumn: column },
              },
            },
          ],
        })),
      },
    ],
  };
}
