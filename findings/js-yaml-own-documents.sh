#!/usr/bin/env bash
# js-yaml 5.5.0 (npm) beside yaml 2.9.1: without any option `load` refuses what `dump` wrote of bytes and sets, and a key that begins as a document's end or start does is written
# so that it is lost.
#
# `dump` writes the types of YAML 1.1, and `load` has been a reader of 1.2 since the fifth version: it knows neither the tags that `dump` puts nor the merge key, so that a service of a
# compose file that takes its members over by `<<` has a member named `<<` instead, and none of them. An empty file, and one of comments alone, is an error where it was undefined.
# At the root of a document the key `... a` is written without quotes: what js-yaml reads of it is the key `a`, and a reader that keeps to the standard refuses it.
#
# Seen (value, as dump writes it, load, yaml's parse):
#   {"b":bytes}    "b: !!binary YQ==\n"    YAMLException  {"b":bytes}
#   {"s":Set}      "s: !!set\n  1: null\n" YAMLException  {"s":Set}
#   {"... a":1}    "... a: 1\n"            {"a":1}        YAMLParseError
#   {"--- a":1}    "--- a: 1\n"            YAMLException  YAMLParseError
#   {"x":{"... a":1}} comes back
# (text, load, load with YAML11_SCHEMA)
#   "a: &a { image: web }\nb: { <<: *a, port: 1 }\n"  {"<<":{"image":"web"},"port":1}  {"image":"web","port":1}
#   "# none\n"                                        YAMLException                    YAMLException
#
# Valid input: https://yaml.org/type/merge.html, https://yaml.org/spec/1.2.2/#912-document-markers ("c-forbidden"), https://yaml.org/spec/1.2.2/#93-complete-streams
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts js-yaml@5.5.0 yaml@2.9.1

cat > look.mjs <<'LOOK'
import { dump, load, YAML11_SCHEMA } from 'js-yaml';
import { parse } from 'yaml';

const told = (read) => {
  try {
    const told = (value) => (value instanceof Uint8Array ? 'bytes' : value instanceof Set ? 'Set' : JSON.stringify(value));
    const value = read();
    const isOfOne = Object.values(value).some((one) => one instanceof Uint8Array || one instanceof Set);
    return isOfOne ? `{${Object.entries(value).map(([name, one]) => `"${name}":${told(one)}`)}}` : told(value);
  } catch ({ name }) {
    return name;
  }
};
for (const value of [{ b: Buffer.from('a') }, { s: new Set([1]) }, { '... a': 1 }, { '--- a': 1 }]) {
  const text = dump(value);
  console.log(`${told(() => value).padEnd(14)} ${JSON.stringify(text).padEnd(23)} ${told(() => load(text)).padEnd(14)} ${told(() => parse(text))}`);
}
const nested = { x: { '... a': 1 } };
console.log(`${JSON.stringify(nested)} ${told(() => load(dump(nested))) === JSON.stringify(nested) ? 'comes back' : 'does not come back'}`);
for (const text of ['a: &a { image: web }\nb: { <<: *a, port: 1 }\n', '# none\n']) {
  const read = (options) => told(() => load(text, options).b);
  console.log(`${JSON.stringify(text).padEnd(49)} ${read({}).padEnd(32)} ${read({ schema: YAML11_SCHEMA })}`);
}
LOOK
node look.mjs | tee seen
diff - seen <<'SEEN'
{"b":bytes}    "b: !!binary YQ==\n"    YAMLException  {"b":bytes}
{"s":Set}      "s: !!set\n  1: null\n" YAMLException  {"s":Set}
{"... a":1}    "... a: 1\n"            {"a":1}        YAMLParseError
{"--- a":1}    "--- a: 1\n"            YAMLException  YAMLParseError
{"x":{"... a":1}} comes back
"a: &a { image: web }\nb: { <<: *a, port: 1 }\n"  {"<<":{"image":"web"},"port":1}  {"image":"web","port":1}
"# none\n"                                        YAMLException                    YAMLException
SEEN
