#!/usr/bin/env bash
# @modelcontextprotocol/sdk 1.32.2 (npm) with zod 4.6.7: its server sends results that its client refuses, of the one schema that was written for both.
#
# `registerTool` takes zod's schema of the output, holds the result against it, and sends the result as the tool gave it. zod reads past members that it does not know and fills in
# defaults; the JSON Schema that the server makes of the same object for its clients forbids the one and demands the other. A tool is right for its author, whose calls past the
# client go well, until a client has listed the tools: from then on each call fails. And a tool with a date in its input, which zod cannot say in JSON Schema,
# is registered without a word, and `tools/list` is then an error for all tools of the server.
#
# Seen (result of the tool; the call before listTools, and behind it):
#   as said          {"n":1,"unit":"s"}           taken  taken
#   one member more  {"n":1,"unit":"s","more":1}  taken  MCP error -32602: … data must NOT have additional properties
#   default left out {"n":1}                      taken  MCP error -32602: … data must have required property 'unit'
#   listTools beside a tool that takes a date: MCP error -32603: Date cannot be represented in JSON Schema
#
# Valid input: https://github.com/modelcontextprotocol/typescript-sdk/blob/v1.x/docs/server.md#tools
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @modelcontextprotocol/sdk@1.32.2 zod@4.6.7

cat > look.mjs <<'LOOK'
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';

async function connected(register) {
  const server = new McpServer({ name: 'server', version: '1' });
  register(server);
  const client = new Client({ name: 'client', version: '1' });
  const [one, other] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(one), client.connect(other)]);
  return client;
}
const told = (call) =>
  call.then(
    ({ isError }) => (isError ? 'the server refuses' : 'taken'),
    ({ message }) => message.replace(/Structured content .* schema: /, '… '),
  );

for (const [what, structuredContent] of [
  ['as said', { n: 1, unit: 's' }],
  ['one member more', { n: 1, unit: 's', more: 1 }],
  ['default left out', { n: 1 }],
]) {
  const client = await connected((server) =>
    server.registerTool('measure', { outputSchema: { n: z.number(), unit: z.string().default('s') } }, () => ({
      content: [],
      structuredContent,
    })),
  );
  const before = await told(client.callTool({ name: 'measure' }));
  await client.listTools();
  const after = await told(client.callTool({ name: 'measure' }));
  console.log(`${what.padEnd(16)} ${JSON.stringify(structuredContent).padEnd(28)} ${before.padEnd(6)} ${after}`);
}
const client = await connected((server) => {
  server.registerTool('good', {}, () => ({ content: [] }));
  server.registerTool('since', { inputSchema: { from: z.date() } }, () => ({ content: [] }));
});
const listed = await client.listTools().then(
  ({ tools }) => tools.length,
  ({ message }) => message,
);
console.log(`listTools beside a tool that takes a date: ${listed}`);
LOOK
node look.mjs | tee seen
diff - seen <<'SEEN'
as said          {"n":1,"unit":"s"}           taken  taken
one member more  {"n":1,"unit":"s","more":1}  taken  MCP error -32602: … data must NOT have additional properties
default left out {"n":1}                      taken  MCP error -32602: … data must have required property 'unit'
listTools beside a tool that takes a date: MCP error -32603: Date cannot be represented in JSON Schema
SEEN
