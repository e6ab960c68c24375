import type { CommandWords, OptionWords } from './word-tree.ts';

/** The script for zsh, as a file `_sallyport` in a folder of `fpath`, or sourced after `compinit`. */
export function zshScript(tree: readonly CommandWords[]): string {
  return `#compdef sallyport
# zsh completion of sallyport; made by \`sallyport completion zsh\`
_sallyport_at() {
  commands=() valued=() options=() values=()
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
  local at=sallyport taken= word i
  local -a commands valued options values
  _sallyport_at "$at"
  for ((i = 2; i < CURRENT; i++)); do
    word=\${words[i]}
    if [[ -n $taken ]]; then taken=
    elif [[ $word == -- ]]; then return
    elif (( \${valued[(Ie)$word]} )); then taken=$word
    elif (( \${commands[(I)$word:*]} )); then at+=" $word"; _sallyport_at "$at"
    fi
  done
  if [[ -n $taken ]]; then values=(); _sallyport_values "$at $taken"
  elif [[ \${words[CURRENT]} == -* ]]; then _describe -o option options; return
  elif (( \${#commands} )); then _describe command commands; return
  fi
  if [[ \${values[1]} == '<file>' ]]; then _files
  elif (( \${#values} )); then _describe value values
  fi
}
if [[ \${funcstack[1]} == _sallyport ]]; then _sallyport "$@"
elif (( $+functions[compdef] )); then compdef _sallyport sallyport
fi
`;
}

function commandCase({ path, commands, options, values }: CommandWords): string {
  const valued = options.filter((option) => option.values !== undefined).flatMap(({ names }) => names);
  const told = options.flatMap(({ names, description }) => names.map((name) => item(name, description)));
  const words = [
    `commands=(${commands.map(({ name, description }) => item(name, description)).join(' ')})`,
    `valued=(${valued.join(' ')})`,
    `options=(${told.join(' ')})`,
    `values=(${written(values)})`,
  ];
  return `  '${path}') ${words.join(' ')};;`;
}

function valueCases({ path, options }: CommandWords): readonly string[] {
  return options.flatMap(({ names, values }) =>
    values === undefined ? [] : names.map((name) => `  '${path} ${name}') values=(${written(values)});;`),
  );
}

function written(values: NonNullable<OptionWords['values']>): string {
  if (values === 'file') return "'<file>'";
  return values === 'any' ? '' : values.join(' ');
}

/** A word with what it means, as \`_describe\` takes it: a colon in the word itself would end it, and there is none. */
function item(word: string, description: string): string {
  return `'${word}:${description.replaceAll("'", "'\\''")}'`;
}
