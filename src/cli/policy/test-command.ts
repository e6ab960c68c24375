import { Command } from 'commander';
import { parsePolicyTests } from '../../config/policy-test-load.ts';
import { escapeControl, listOf, printableJson } from '../escape-control.ts';
import { type OutputFormat, outputOption } from '../output-option.ts';
import type { RequestReader } from './offline-request.ts';
import { findingsError, readText } from './read-policies.ts';
import { type CaseResult, runTests } from './run-tests.ts';

interface Options {
  readonly output: OutputFormat;
}

/** `sallyport policy test`. */
export function testCommand(read: RequestReader): Command {
  return new Command('test')
    .description('run tests of policies; exit code 1 where one is not answered as expected')
    .argument('<files...>', 'files of `kind: PolicyTest`')
    .addOption(outputOption())
    .action(async (files: string[], { output }: Options) => {
      const results = await testFiles(files, read);
      process.stdout.write(output === 'json' ? printableJson(listOf(results)) : `${resultLines(results).join('\n')}\n`);
      process.exitCode = results.every(({ isPassed }) => isPassed) ? 0 : 1;
    });
}

/** What every case of the files came to. @throws {CliError} a file is not as it must be */
export async function testFiles(files: readonly string[], read: RequestReader): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = [];
  for (const file of files) {
    const parsed = parsePolicyTests(file, readText(file));
    if ('findings' in parsed) throw findingsError(parsed.findings);
    for (const tests of parsed.tests) results.push(...(await runTests(file, tests, read)));
  }
  return results;
}

function resultLines(results: readonly CaseResult[]): readonly string[] {
  const failed = results.filter(({ isPassed }) => !isPassed).length;
  return [
    ...results.flatMap(caseLines).map(escapeControl),
    failed === 0 ? `${results.length} passed` : `${failed} of ${results.length} failed`,
  ];
}

function caseLines({ file, line, name, asked, isPassed, expected, got, why }: CaseResult): readonly string[] {
  if (isPassed) return [`ok    ${name}: ${asked}`];
  const head = `FAIL  ${name}: ${asked}`;
  return [head, `      ${file}:${line}: expected ${expected}, got ${got}`, ...why.map((text) => `      ${text}`)];
}
