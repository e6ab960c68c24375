// What is mistyped is told before anything is asked or done: exit code 2, at every command and every option with a closed set or a number.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Command, InvalidArgumentError, type Option } from 'commander';
import { createProgram, SUBCOMMANDS } from '../../src/main/program.ts';

const program = await createProgram({ own: { command: 'node', args: [] }, env: {}, asked: SUBCOMMANDS });
const options = optionsOf(program, []);

/** Placeholders of numbers, times and closed sets; of `approvals say` and the like a word is a word. */
const CLOSED =
  /^(?:count|number|seconds|times|port|seq|size|length|time|when|instant|state|format|effect|kind|network|form|level|shell|whom)$/;

test('an option that takes a number, a time or one of a set takes nothing else', () => {
  const closed = options.filter(({ option }) => CLOSED.test(placeholder(option)));
  const lax = closed.filter(({ option }) => takes(option, 'no-such-value')).map(({ name }) => name);
  assert.deepEqual(lax, []);
  assert.ok(closed.length > 40, `${closed.length}`);
});

test('an option whose words list what it takes takes nothing else', () => {
  const listed = options.filter(({ option }) => /: [a-z]+(?:, [a-z]+)+$/.test(option.description));
  const lax = listed.filter(({ option }) => option.argChoices === undefined).map(({ name }) => name);
  assert.deepEqual(lax, []);
});

test('what stands as a default is taken when it is typed', () => {
  const typed = options.filter(({ option }) => option.defaultValue !== undefined && placeholder(option) !== '');
  const refused = typed.filter(
    ({ option }) => !Array.isArray(option.defaultValue) && !takes(option, String(option.defaultValue)),
  );
  assert.deepEqual(
    refused.map(({ name }) => name),
    [],
  );
});

function optionsOf(command: Command, parents: readonly string[]): readonly { name: string; option: Option }[] {
  const path = [...parents, command.name()];
  return [
    ...command.options.map((option) => ({ name: `${path.join(' ')} ${option.long} <${placeholder(option)}>`, option })),
    ...command.commands.flatMap((each) => optionsOf(each, path)),
  ];
}

function placeholder({ flags }: Option): string {
  return /[<[]([^>\]]+)[>\]]/.exec(flags)?.[1] ?? '';
}

function takes(option: Option, text: string): boolean {
  if (option.parseArg === undefined) return true;
  try {
    option.parseArg(text, undefined);
    return true;
  } catch (error) {
    if (error instanceof InvalidArgumentError) return false;
    throw error;
  }
}
