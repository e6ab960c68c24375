// The scripts, in the shells that they are for: what is offered behind every command and every option is what the command table holds there.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Command, Option } from 'commander';
import { leftOut } from '../../../test/support/left-out.ts';
import { createProgram, SUBCOMMANDS } from '../../main/program.ts';
import { bashScript } from './bash-script.ts';
import { fishScript } from './fish-script.ts';
import { type CommandWords, wordTree } from './word-tree.ts';
import { zshScript } from './zsh-script.ts';

const tree = wordTree(await createProgram({ own: { command: 'node', args: [] }, env: {}, asked: SUBCOMMANDS }));
const folder = mkdtempSync(join(tmpdir(), 'sallyport-completion-'));
after(() => rmSync(folder, { recursive: true }));
const here = join(folder, 'here');
mkdirSync(here);
writeFileSync(join(here, 'a file'), '');

/** How a shell is asked: each line of `typed` answered by a line of words. */
const SHELLS: readonly {
  readonly name: string;
  readonly args: readonly string[];
  readonly version: RegExp;
  readonly script: (tree: readonly CommandWords[]) => string;
  readonly asking: (typed: readonly (readonly string[])[]) => string;
}[] = [
  {
    name: 'bash',
    args: ['--norc', '--noprofile'],
    version: /version (?:[4-9]|\d\d)\./,
    script: bashScript,
    asking: (typed) =>
      [
        'compopt() { :; }',
        `ask() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sallyport; (IFS="|"; echo "\${COMPREPLY[*]}"); }`,
        ...typed.map((words) => `ask ${words.map(quoted).join(' ')}`),
      ].join('\n'),
  },
  {
    name: 'zsh',
    args: ['-f'],
    version: /zsh [5-9]/,
    script: zshScript,
    asking: (typed) =>
      [
        `_describe() { [[ $1 == -o ]] && shift; local name=$2; local -a got; got=("\${(@P)name}"); said=\${(j:|:)got%%:*} }`,
        `_files() { local -a got; got=(*); said=\${(j:|:)got} }`,
        'ask() { words=("$@"); CURRENT=$#; said=; _sallyport; print -r -- $said }',
        ...typed.map((words) => `ask ${words.map(quoted).join(' ')}`),
      ].join('\n'),
  },
  {
    name: 'fish',
    args: ['--no-config'],
    version: /version [3-9]/,
    script: fishScript,
    asking: (typed) =>
      [
        'function ask; echo (complete -C "$argv[1]" | cut -f1 | string join "|"); end',
        ...typed.map((words) => `ask ${quoted(words.join(' '))}`),
      ].join('\n'),
  },
];

for (const { name, args, version, script, asking } of SHELLS) {
  const { stdout = '' } = spawnSync(name, ['--version'], { encoding: 'utf8' });
  if (!version.test(stdout)) {
    leftOut(`completion in ${name}`, `apt-get install ${name}`);
    continue;
  }
  const ask = (typed: readonly (readonly string[])[], commands = tree): readonly (readonly string[])[] => {
    const file = join(folder, `ask.${name}`);
    writeFileSync(file, `${script(commands)}\n${asking(typed)}\n`);
    const environment = { PATH: process.env['PATH'], HOME: folder, LC_ALL: 'C.UTF-8' };
    const run = spawnSync(name, [...args, file], { cwd: here, encoding: 'utf8', env: environment });
    assert.deepEqual([run.status, run.stderr], [0, '']);
    const lines = run.stdout.split('\n').slice(0, -1);
    assert.equal(lines.length, typed.length);
    return lines.map((line) => (line === '' ? [] : line.split('|').sort()));
  };

  test(`${name}: behind each command stand its commands, or the values of its argument`, () => {
    const expected = tree.map(({ commands, values }) => {
      const own = values === 'file' ? ['a file'] : values === 'any' ? [] : values;
      return [...commands.map((each) => each.name), ...own].sort();
    });
    assert.deepEqual(ask(tree.map(({ path }) => [...path.split(' '), ''])), expected);
  });

  test(`${name}: behind a dash stand the options of the command, and no others`, () => {
    const answers = ask(tree.map(({ path }) => [...path.split(' '), '--']));
    assert.deepEqual(
      answers.map((words) => words.filter((word) => word.startsWith('--'))),
      tree.map(({ options }) => options.flatMap(({ names }) => names.filter((each) => each.startsWith('--'))).sort()),
    );
  });

  test(`${name}: behind an option stand its values, and a value that is named as a command leads nowhere`, () => {
    const valued = tree.flatMap(({ path, options }) =>
      options.flatMap(({ names, values }) =>
        typeof values === 'object' ? [{ typed: [...path.split(' '), names.at(-1) as string, ''], values }] : [],
      ),
    );
    assert.ok(valued.length > 10);
    assert.deepEqual(
      ask(valued.map(({ typed }) => typed)),
      valued.map(({ values }) => [...values].sort()),
    );
    const [options] = ask([['sallyport', 'journal', 'verify', '--config', 'sessions', '--ch']]);
    assert.ok(options?.includes('--checkpoint'));
  });

  test(`${name}: a description is text, whatever it holds`, () => {
    const hostile = new Command('sallyport').addCommand(
      new Command('one')
        .description(`it's "$(touch ${folder}/ran)" \`touch ${folder}/ran\` \\ : [x]`)
        .addOption(new Option('--kind <kind>', "a '; touch ran; '").choices(['a', 'b'])),
    );
    assert.deepEqual(
      ask(
        [
          ['sallyport', ''],
          ['sallyport', 'one', '--kind', ''],
        ],
        wordTree(hostile),
      ),
      [['one'], ['a', 'b']],
    );
    assert.throws(() => rmSync(join(folder, 'ran')), /ENOENT/);
  });
}

test('a name that a shell would take for more than a word is refused', () => {
  assert.throws(() => wordTree(new Command('sallyport').addCommand(new Command('a;b'))), /not a word/);
});

function quoted(word: string): string {
  return `'${word}'`;
}
