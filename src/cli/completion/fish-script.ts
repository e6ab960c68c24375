import type { CommandWords, OptionWords } from './word-tree.ts';

/** The script for fish 3 or newer: `sallyport completion fish > ~/.config/fish/completions/sallyport.fish`. */
export function fishScript(tree: readonly CommandWords[]): string {
  return `# fish completion of sallyport; made by \`sallyport completion fish\`
function __sallyport_at
    set -l at sallyport
    set -l taken
    set -l typed (commandline -opc)
    for word in $typed[2..-1]
        if test -n "$taken"
            set taken
            continue
        end
        switch "$at $word"
${tree.flatMap(valuedCase).join('\n')}
${tree.flatMap(commandCase).join('\n')}
        end
    end
    test "$at" = "$argv[1]"
end
complete -c sallyport -f
${tree.flatMap(lines).join('\n')}
`;
}

function valuedCase({ path, options }: CommandWords): readonly string[] {
  const valued = options.filter(({ values }) => values !== undefined).flatMap(({ names }) => names);
  if (valued.length === 0) return [];
  const cases = valued.map((name) => quoted(`${path} ${name}`)).join(' ');
  return [`            case ${cases}\n                set taken yes`];
}

function commandCase({ path, commands }: CommandWords): readonly string[] {
  if (commands.length === 0) return [];
  const cases = commands.map(({ name }) => quoted(`${path} ${name}`)).join(' ');
  return [`            case ${cases}\n                set at "$at $word"`];
}

function lines({ path, commands, options, values }: CommandWords): readonly string[] {
  const when = `complete -c sallyport -n "__sallyport_at '${path}'"`;
  return [
    ...commands.map(({ name, description }) => `${when} -a ${name} -d ${quoted(description)}`),
    ...options.map((option) => `${when} ${flags(option)} -d ${quoted(option.description)}`),
    ...(values === 'file'
      ? [`${when} -F`]
      : values === 'any' || values.length === 0
        ? []
        : [`${when} -a ${quoted(values.join(' '))}`]),
  ];
}

function flags({ names, values }: OptionWords): string {
  const named = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`)).join(' ');
  if (values === undefined) return named;
  if (values === 'file') return `${named} -r -F`;
  return values === 'any' ? `${named} -x` : `${named} -x -a ${quoted(values.join(' '))}`;
}

/** In fish's single quotes only a quote and a backslash mean something. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
