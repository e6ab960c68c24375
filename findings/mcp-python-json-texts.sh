#!/usr/bin/env bash
# mcp 2.3.0 (PyPI, the SDK of MCP for Python), server: a text that is itself JSON is no text for a tool whose argument is `str | None`, and the text `null` is none.
#
# Before it checks the arguments, the server reads each text as JSON and puts what it has read in its place, unless the argument's type is `str` alone. `str | None = None`, which is how
# an optional argument is written, is not `str` alone: a patch, a manifest, a filter or the body of a message, sent as the tool's own input schema says
# (string or null), is refused as "not a valid string". Where the type lets more in (`Any`, `str | dict`) the tool is given an object for a text that was sent as one, and must guess
# which it was. The word null is None, the word true is a text. The same argument made required is given its text.
#
# Seen (argument's type, text sent, what the tool is given):
#   str                  {"spec":{"replicas":2}}  '{"spec":{"replicas":2}}'
#   str                  [1]                      '[1]'
#   str                  null                     'null'
#   str                  true                     'true'
#   str | None           {"spec":{"replicas":2}}  refused: Input should be a valid string
#   str | None           [1]                      refused: Input should be a valid string
#   str | None           null                     None
#   str | None           true                     'true'
#   Any                  {"spec":{"replicas":2}}  {'spec': {'replicas': 2}}
#   Any                  [1]                      [1]
#   Any                  null                     None
#   Any                  true                     'true'
#   input schema of str | None: [{'type': 'string'}, {'type': 'null'}]
#
# Valid input: https://modelcontextprotocol.io/specification/2025-11-25/server/tools#calling-tools
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check mcp==2.3.0

cat > look.py <<'LOOK'
import asyncio
from typing import Any

from mcp import Client
from mcp.server.mcpserver import MCPServer

server = MCPServer("look")


@server.tool(name="str")
def text(given: str) -> str:
    return repr(given)


@server.tool(name="str-or-None")
def text_or_none(given: str | None = None) -> str:
    return repr(given)


@server.tool(name="Any")
def anything(given: Any) -> str:
    return repr(given)


async def main():
    async with Client(server) as client:
        for name in "str", "str-or-None", "Any":
            for sent in '{"spec":{"replicas":2}}', "[1]", "null", "true":
                result = await client.call_tool(name, {"given": sent})
                said = result.content[0].text
                if result.is_error:
                    said = "refused: " + said.split("\n")[2].split(" [")[0].strip()
                print(f"{name.replace('-or-', ' | '):20} {sent:24} {said}")
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        print("input schema of str | None:", tools["str-or-None"].input_schema["properties"]["given"]["anyOf"])


asyncio.run(main())
LOOK

venv/bin/python look.py 2> log | tee seen
diff - seen <<'SEEN'
str                  {"spec":{"replicas":2}}  '{"spec":{"replicas":2}}'
str                  [1]                      '[1]'
str                  null                     'null'
str                  true                     'true'
str | None           {"spec":{"replicas":2}}  refused: Input should be a valid string
str | None           [1]                      refused: Input should be a valid string
str | None           null                     None
str | None           true                     'true'
Any                  {"spec":{"replicas":2}}  {'spec': {'replicas': 2}}
Any                  [1]                      [1]
Any                  null                     None
Any                  true                     'true'
input schema of str | None: [{'type': 'string'}, {'type': 'null'}]
SEEN
