#!/usr/bin/env bash
# @modelcontextprotocol/sdk 1.32.2 (npm, client) with zod 4.6.7: a tool's output schema is read as draft 07 of JSON Schema, also where it says that it is of 2020-12.
#
# MCP takes 2020-12 for the version of a schema that names none, and so does zod's own toJSONSchema, which names it. What draft 07 does not know the client overlooks: of a tuple
# (`prefixItems` with `items: false`) it refuses every result, and of `unevaluatedProperties`, `dependentRequired` and `minContains` it lets pass what they forbid. Where one tool's
# schema refers to another document, `listTools` rejects, and there are no tools: the others of that server are called by nobody who has not known them before.
#
# Seen (keywords of the schema; the result; what callTool does):
#   plain                  {"n":1}        taken
#   plain                  {"n":"x"}      refused
#   tuple of zod           {"n":[1,"x"]}  refused
#   unevaluatedProperties  {"m":1}        taken
#   dependentRequired      {"n":1}        taken
#   minContains            {"n":[1]}      taken
#   listTools, where one tool of two has a $ref to another document: can't resolve reference https://schemas.example/row from id #
#
# Valid input: https://modelcontextprotocol.io/community/seps/1613-establish-json-schema-2020-12-as-default-dialect-f (final; in the specification since 2025-11-25),
# https://json-schema.org/draft/2020-12/json-schema-core#section-8.2.3.1
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @modelcontextprotocol/sdk@1.32.2 zod@4.6.7

cat > look.mjs <<'LOOK'
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';

const of2020 = (members, rest) => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: members,
  ...rest,
});
async function connected(tools, structuredContent) {
  const server = new Server({ name: 'server', version: '1' }, { capabilities: { tools: {} } });
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: tools.map((outputSchema, index) => ({ name: `tool-${index}`, inputSchema: { type: 'object' }, outputSchema })),
  }));
  server.setRequestHandler(CallToolRequestSchema, () => ({ content: [], structuredContent }));
  const client = new Client({ name: 'client', version: '1' });
  const [one, other] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(one), client.connect(other)]);
  return client;
}

const integer = of2020({ n: { type: 'integer' } });
for (const [name, schema, result] of [
  ['plain', integer, { n: 1 }],
  ['plain', integer, { n: 'x' }],
  ['tuple of zod', z.toJSONSchema(z.object({ n: z.tuple([z.number(), z.string()]) })), { n: [1, 'x'] }],
  ['unevaluatedProperties', of2020({ n: {} }, { unevaluatedProperties: false }), { m: 1 }],
  ['dependentRequired', of2020({ n: {} }, { dependentRequired: { n: ['m'] } }), { n: 1 }],
  ['minContains', of2020({ n: { contains: { type: 'integer' }, minContains: 2 } }), { n: [1] }],
]) {
  const client = await connected([schema], result);
  await client.listTools();
  const said = await client.callTool({ name: 'tool-0' }).then(
    () => 'taken',
    ({ message }) => (message.includes('does not match') ? 'refused' : message),
  );
  console.log(`${name.padEnd(22)} ${JSON.stringify(result).padEnd(14)} ${said}`);
}
const client = await connected([integer, of2020({ n: { $ref: 'https://schemas.example/row' } })], {});
const listed = await client.listTools().then(
  ({ tools }) => tools.length,
  ({ message }) => message,
);
console.log(`listTools, where one tool of two has a $ref to another document: ${listed}`);
LOOK
node look.mjs | tee seen
diff - seen <<'SEEN'
plain                  {"n":1}        taken
plain                  {"n":"x"}      refused
tuple of zod           {"n":[1,"x"]}  refused
unevaluatedProperties  {"m":1}        taken
dependentRequired      {"n":1}        taken
minContains            {"n":[1]}      taken
listTools, where one tool of two has a $ref to another document: can't resolve reference https://schemas.example/row from id #
SEEN
