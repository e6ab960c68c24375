#!/usr/bin/env bash
# zod 4.6.7 (npm), `z.fromJSONSchema`, beside ajv 8.20.0: of a JSON Schema that it takes without an error it makes a check that lets pass what the schema forbids, or refuses each value.
#
# The function throws at keywords that it does not know (`not`, `if`, `dependentRequired`), so one that returns reads like one that understood all. What stands beside `anyOf` or `$ref` is left
# out where no `type` does; an alternative without a type of its own is any value, so that "one of the two members", as schemas of the Kubernetes API and of tools say it
# (`oneOf` with `required`), is met by both alternatives and refuses what has one, and with `anyOf` takes what has none. `const` and `enum` compare an object by identity:
# no value that was read from JSON is ever equal.
#
# Seen (schema; value: zod, ajv):
#   {"type":"object","oneOf":[{"required":["a"]},{"required":["b"]}]}
#     {"a":1}: refused, taken
#   {"type":"object","anyOf":[{"required":["a"]},{"required":["b"]}]}
#     {}: taken, refused
#   {"anyOf":[{"type":"string"}],"minLength":3}
#     "a": taken, refused
#   {"$ref":"#/$defs/name","maxLength":1,"$defs":{"name":{"type":"string"}}}
#     "web": taken, refused
#   {"const":{"a":1}}
#     {"a":1}: refused, taken
#   {"enum":[[1],[2]]}
#     [1]: refused, taken
#   {"required":["a"]}
#     {}: taken, refused
#   {"not":{"type":"string"}}
#     zod: not is not supported in Zod (except { not: {} } for never)
#
# Valid input: https://json-schema.org/draft/2020-12/json-schema-validation#section-6.1.3 (const: "equal"), https://json-schema.org/draft/2020-12/json-schema-core#section-10.2.1;
# the function: https://zod.dev/json-schema
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts zod@4.6.7 ajv@8.20.0

cat > look.mjs <<'LOOK'
import { Ajv2020 } from 'ajv/dist/2020.js';
import { z } from 'zod';

const ajv = new Ajv2020({ strict: false });
const said = (taken) => (taken ? 'taken' : 'refused');
for (const [schema, value] of [
  [{ type: 'object', oneOf: [{ required: ['a'] }, { required: ['b'] }] }, { a: 1 }],
  [{ type: 'object', anyOf: [{ required: ['a'] }, { required: ['b'] }] }, {}],
  [{ anyOf: [{ type: 'string' }], minLength: 3 }, 'a'],
  [{ $ref: '#/$defs/name', maxLength: 1, $defs: { name: { type: 'string' } } }, 'web'],
  [{ const: { a: 1 } }, { a: 1 }],
  [{ enum: [[1], [2]] }, [1]],
  [{ required: ['a'] }, {}],
  [{ not: { type: 'string' } }, 1],
]) {
  console.log(JSON.stringify(schema));
  try {
    const read = structuredClone(value);
    console.log(`  ${JSON.stringify(value)}: ${said(z.fromJSONSchema(schema).safeParse(read).success)}, ${said(ajv.validate(schema, value))}`);
  } catch ({ message }) {
    console.log(`  zod: ${message}`);
  }
}
LOOK

node look.mjs | tee seen
diff - seen <<'SEEN'
{"type":"object","oneOf":[{"required":["a"]},{"required":["b"]}]}
  {"a":1}: refused, taken
{"type":"object","anyOf":[{"required":["a"]},{"required":["b"]}]}
  {}: taken, refused
{"anyOf":[{"type":"string"}],"minLength":3}
  "a": taken, refused
{"$ref":"#/$defs/name","maxLength":1,"$defs":{"name":{"type":"string"}}}
  "web": taken, refused
{"const":{"a":1}}
  {"a":1}: refused, taken
{"enum":[[1],[2]]}
  [1]: refused, taken
{"required":["a"]}
  {}: taken, refused
{"not":{"type":"string"}}
  zod: not is not supported in Zod (except { not: {} } for never)
SEEN
