import type { Command, Option } from 'commander';
import { createProgram, SUBCOMMANDS, shownDefault } from '../../src/main/program.ts';
/** The reference page of the command line, out of the commands themselves. */
export async function cliPage(): Promise<string> {
  const program = await createProgram({ own: { command: 'node', args: [] }, env: {}, asked: SUBCOMMANDS });
  return `# Command line

In a clone, \`npm start --silent -- \` stands for \`sallyport \`: \`npm start --silent -- gateway --config sallyport.yaml\`. Without \`--silent\` npm puts lines of its own before what is printed, also in a file.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | the answer is no: the chain is broken, a policy has mistakes, a request would be refused, the control plane refuses |
| 2 | the command was mistyped, or could not be done: no gateway there, no token that it takes; standard error says why in a sentence |
| 3 | \`policy explain\`: the answer hangs on what is not given |
| 130 | it was ended with Ctrl-C |
| 141 | whatever read its output ended before it did (\`| head -1\`) |

With \`-o json\` every list is \`{ "items": […], "next": … }\`, also an empty one; \`next\` is the id behind which it goes on where \`--limit\` cut it (\`after\` in the [API](console.md)), else null. What is watched or followed is a line of JSON for each.

This page is made from the commands' own help (\`npm run docs\` writes it; a test keeps the two equal). Every command has \`--help\`.

${leaves(program, []).map(section).join('\n')}`;
}

interface Leaf {
  readonly path: readonly string[];
  readonly command: Command;
}

/** The commands that do something; the others only gather them. */
function leaves(command: Command, parents: readonly string[]): readonly Leaf[] {
  const path = [...parents, command.name()];
  return command.commands.length === 0 ? [{ path, command }] : command.commands.flatMap((each) => leaves(each, path));
}

function section({ path, command }: Leaf): string {
  const words = command.registeredArguments.map((argument) => {
    const name = argument.variadic ? `${argument.name()}...` : argument.name();
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  const described = command.registeredArguments.filter(({ description }) => description !== '');
  const rows = [
    ...described.map(
      (argument) => `| \`${argument.name()}\` | ${cell(what(argument))} |${fallback(argument).replace(/^./, ' $&')} |`,
    ),
    ...command.options.map((option) => `| \`${cell(option.flags)}\` | ${cell(what(option))} | ${fallback(option)} |`),
  ];
  const table = rows.length === 0 ? '' : `\n| | what it is | default |\n|---|---|---|\n${rows.join('\n')}\n`;
  return `## \`${[...path, ...words].join(' ')}\`\n\n${sentence(command.description())}\n${table}`;
}

function what({ description, argChoices: choices }: Pick<Option, 'description' | 'argChoices'>): string {
  return choices === undefined ? description : `${description} (${choices.join(', ')})`;
}

function fallback(option: Pick<Option, 'defaultValue'>): string {
  const shown = shownDefault(option);
  return shown === undefined ? '' : `\`${shown}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
