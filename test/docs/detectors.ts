import { DETECTORS } from '../../src/masking/detect/detectors.ts';

/** The reference page of the built-in detectors, out of their table. */
export function detectorsPage(): string {
  return `# Built-in detectors

A detector knows a secret value by its look, wherever it stands: in a field, inside a string, in a log. What of it is public, such as the \`ghp_\` of a
token, the user of an address or the name before a value, stays.

Detectors look at bytes, in one pass and in time linear in their number; none of them goes back. A value that stands behind a telling name is judged by
its first 64 bytes. What a program has transformed (reversed, encrypted, cut into columns) looks like nothing, and is not found.

This page is made from the table of detectors (\`npm run docs\` writes it; a test runs both examples of each row).

${DETECTORS.map(
  (detector) => `## \`${detector.id}\`

Finds ${detector.finds}.${detector.isOptIn === true ? ' It looks only where a mask rule names it, under `detect`.' : ''}

* masks what is between \`«\` and \`»\`:
${fenced(detector.example)}
* leaves:
${fenced(detector.nearMiss)}
`,
).join('\n')}`;
}

function fenced(text: string): string {
  const lines = text.trimEnd().split('\n');
  return ['  ```text', ...lines.map((line) => `  ${line}`), '  ```'].join('\n');
}
