import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Command } from 'commander';
import { createProgram, SUBCOMMANDS } from '../../src/main/program.ts';
import { cliPage } from './cli.ts';

const page = readFileSync(new URL('../../docs/reference/cli.md', import.meta.url), 'utf8');

test('the reference page of the command line is what the commands say', async () => {
  assert.equal(page, await cliPage(), 'write it anew with `npm run docs`');
});

test('help names a default as it is typed, and none where there is nothing', async () => {
  const program = await createProgram({ own: { command: 'node', args: [] }, env: {}, asked: SUBCOMMANDS });
  const leaves = (command: Command): readonly Command[] =>
    command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
  const helps = leaves(program).map((command) => command.copyInheritedSettings(program).helpInformation());
  const odd = helps.flatMap((help) => help.match(/(?:choices|default|preset):\s+(?:\[|"|false)[^)]*\)/g) ?? []);
  assert.deepEqual(odd, []);
  assert.ok(helps.some((help) => /\(table, json;\s+default: table\)/.test(help)));
});

test('every command and every flag says what it is', () => {
  assert.deepEqual(page.match(/\| {2}\|.*\|$|^\.$/gm), null);
});
