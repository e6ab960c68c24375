#!/usr/bin/env bash
# yaml 2.9.1 (npm): a string of several lines that begins with a blank is written as a document that the same library reads as another string, or refuses.
#
# stringify() writes such a string in block style with an indentation indicator (`|1-`), but at the root of a document it does not indent the lines by it: the reader takes the first
# blank of each line for indentation. Where each line begins with a blank, one is lost from each in silence; where one does not, parse() throws. The same string as a value of a
# mapping comes back as it was. No options are needed for it.
#
# Seen:
#   " a\n b": written "|1-\n a\n b\n", read "a\nb"
#   " a\nb": written "|1-\n a\nb\n", read: YAMLParseError
#   { k: " a\n b" }: comes back
#
# Valid input: https://eemeli.org/yaml/#yaml-stringify; any string is a document, https://yaml.org/spec/1.2.2/#8111-block-indentation-indicator
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts "yaml@2.9.1"

cat > look.mjs <<'LOOK'
import { parse, stringify } from 'yaml';

const read = (text) => {
  try {
    return JSON.stringify(parse(text));
  } catch ({ name }) {
    return name;
  }
};
const all = [' a\n b', ' a\nb'].map((text) => {
  const written = stringify(text);
  console.log(`${JSON.stringify(text)}: written ${JSON.stringify(written)}, read ${read(written)}`);
  return read(written);
});
const inMap = parse(stringify({ k: ' a\n b' })).k === ' a\n b';
console.log(`{ k: " a\\n b" }: ${inMap ? 'comes back' : 'does not come back'}`);
process.exitCode = all[0] === '"a\\nb"' && all[1] === 'YAMLParseError' && inMap ? 0 : 1;
LOOK
node look.mjs
