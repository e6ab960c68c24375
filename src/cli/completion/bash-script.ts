import type { CommandWords, OptionWords } from './word-tree.ts';

/** The script for bash 4 or newer, which needs no other package: `source <(sallyport completion bash)`. */
export function bashScript(tree: readonly CommandWords[]): string {
  return `# bash completion of sallyport; made by \`sallyport completion bash\`
_sallyport_at() {
  commands= valued= options= values=
  case $1 in
${tree.map(commandCase).join('\n')}
  esac
}
_sallyport_values() {
  case $1 in
${tree.flatMap(valueCases).join('\n')}
  esac
}
_sallyport() {
  local cur=\${COMP_WORDS[COMP_CWORD]} at=sallyport taken= word i commands valued options values
  COMPREPLY=()
  _sallyport_at "$at"
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $word == = ]]; then continue
    elif [[ -n $taken ]]; then taken=
    elif [[ $word == -- ]]; then return
    elif [[ " $valued " == *" $word "* ]]; then taken=$word
    elif [[ " $commands " == *" $word "* ]]; then at+=" $word"; _sallyport_at "$at"
    fi
  done
  [[ $cur != = ]] || cur=
  if [[ -n $taken ]]; then _sallyport_values "$at $taken"
  elif [[ $cur == -* ]]; then values=$options
  else values="$commands $values"
  fi
  if [[ " $values " == *' <file> '* ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
  else
    mapfile -t COMPREPLY < <(compgen -W "$values" -- "$cur")
  fi
}
complete -F _sallyport sallyport
`;
}

function commandCase({ path, commands, options, values }: CommandWords): string {
  const valued = options.filter((option) => option.values !== undefined).flatMap(({ names }) => names);
  const all = options.flatMap(({ names }) => names);
  const words = [
    `commands='${commands.map(({ name }) => name).join(' ')}'`,
    `valued='${valued.join(' ')}'`,
    `options='${all.join(' ')}'`,
    `values='${written(values)}'`,
  ];
  return `  '${path}') ${words.join(' ')};;`;
}

function valueCases({ path, options }: CommandWords): readonly string[] {
  return options.flatMap(({ names, values }) =>
    values === undefined ? [] : names.map((name) => `  '${path} ${name}') values='${written(values)}';;`),
  );
}

function written(values: NonNullable<OptionWords['values']>): string {
  if (values === 'file') return '<file>';
  return values === 'any' ? '' : values.join(' ');
}
