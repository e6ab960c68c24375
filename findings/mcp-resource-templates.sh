#!/usr/bin/env bash
# @modelcontextprotocol/sdk 1.32.2 (npm, the SDK for TypeScript, server) beside mcp 2.3.0 (PyPI, the SDK for Python, server): the same resource template takes other addresses, and gives its
# function other values.
#
# A resource template is a URI template (RFC 6570): a client puts a value in, percent-encoded where it has to be, and the server takes it out again. The server in TypeScript does not
# decode: of `role://r/{name}` and the name `system:node`, which the same SDK's `expand` writes `role://r/system%3Anode`, the function is given `system%3Anode`, and looks for a
# role that there is not. Of a query it wants each variable, in the template's order: one that is left out, as the RFC has a variable without a value be, makes
# the resource one that is not found, though `expand` writes that very address. A path of several parts, a list and a fragment do not come back either.
#
# Seen (template, values, the address that `expand` makes, what the function is given: TypeScript, Python):
#   role://r/{name} {"name":"system:node"}
#     role://r/system%3Anode  {"name":"system%3Anode"}  {"name":"system:node"}
#   role://r/{name} {"name":"a b"}
#     role://r/a%20b  {"name":"a%20b"}  {"name":"a b"}
#   pods://all{?since,until} {"since":"1","until":"2"}
#     pods://all?since=1&until=2  {"since":"1","until":"2"}  {"since":"1","until":"2"}
#   pods://all{?since,until} {"until":"2"}
#     pods://all?until=2  not found  {"until":"2"}
#   pods://all{?since,until} {}
#     pods://all  not found  {}
#   file://f{/path*} {"path":["a","b"]}
#     file://f/a/b  not found  {"path":["a","b"]}
#
# Valid input: https://modelcontextprotocol.io/specification/2025-11-25/server/resources#resource-templates, https://www.rfc-editor.org/rfc/rfc6570#section-3.2.1
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @modelcontextprotocol/sdk@1.32.2
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check mcp==2.3.0

cat > rows <<'ROWS'
role://r/{name} {"name":"system:node"}
role://r/{name} {"name":"a b"}
pods://all{?since,until} {"since":"1","until":"2"}
pods://all{?since,until} {"until":"2"}
pods://all{?since,until} {}
file://f{/path*} {"path":["a","b"]}
ROWS
cat > look.mjs <<'LOOK'
import { readFileSync } from 'node:fs';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js';
import { UriTemplate } from '@modelcontextprotocol/sdk/shared/uriTemplate.js';

for (const row of readFileSync('rows', 'utf8').trim().split('\n')) {
  const [, template, values] = /^(\S+) (.*)$/.exec(row);
  const uri = new UriTemplate(template).expand(JSON.parse(values));
  const server = new McpServer({ name: 'look', version: '1' });
  server.registerResource('look', new ResourceTemplate(template, { list: undefined }), {}, (_uri, given) => ({ contents: [{ uri, text: JSON.stringify(given) }] }));
  const client = new Client({ name: 'look', version: '1' });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(theirs), client.connect(ours)]);
  const text = await client.readResource({ uri }).then(({ contents }) => contents[0].text, ({ message }) => (/not found/.test(message) ? 'not found' : message));
  console.log(`${row}\n${uri}\n${text}`);
  await client.close();
}
LOOK
cat > look.py <<'LOOK'
import asyncio, json, sys

from mcp import Client
from mcp.server.mcpserver import MCPServer


async def read(template, uri):
    server = MCPServer("look")
    if "{name}" in template:
        @server.resource(template)
        def role(name: str) -> str:
            return json.dumps({"name": name}, separators=(",", ":"))
    elif "{?since" in template:
        @server.resource(template)
        def pods(since: str = "", until: str = "") -> str:
            return json.dumps({key: value for key, value in (("since", since), ("until", until)) if value}, separators=(",", ":"))
    else:
        @server.resource(template)
        def file(path: list[str]) -> str:
            return json.dumps({"path": path}, separators=(",", ":"))
    async with Client(server) as client:
        return (await client.read_resource(uri)).contents[0].text


async def main():
    lines = sys.stdin.read().splitlines()
    for row, uri, given in zip(lines[0::3], lines[1::3], lines[2::3]):
        print(f"{row}\n  {uri}  {given}  {await read(row.split(' ')[0], uri)}")


asyncio.run(main())
LOOK

node look.mjs > seen.mjs
venv/bin/python look.py < seen.mjs | tee seen
diff - seen <<'SEEN'
role://r/{name} {"name":"system:node"}
  role://r/system%3Anode  {"name":"system%3Anode"}  {"name":"system:node"}
role://r/{name} {"name":"a b"}
  role://r/a%20b  {"name":"a%20b"}  {"name":"a b"}
pods://all{?since,until} {"since":"1","until":"2"}
  pods://all?since=1&until=2  {"since":"1","until":"2"}  {"since":"1","until":"2"}
pods://all{?since,until} {"until":"2"}
  pods://all?until=2  not found  {"until":"2"}
pods://all{?since,until} {}
  pods://all  not found  {}
file://f{/path*} {"path":["a","b"]}
  file://f/a/b  not found  {"path":["a","b"]}
SEEN
