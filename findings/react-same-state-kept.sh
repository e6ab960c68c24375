#!/usr/bin/env bash
# React 19.3.1 (npm: react, react-test-renderer): setting a state to the value that it has keeps some memory each time, until the component is drawn again.
#
# The documentation says that React ignores an update whose value is what the state is already (Object.is), and does not draw the component again. It does
# not draw it, and yet keeps an object for each such call in the state's queue, which is emptied only when the component is drawn the next time. A component
# that is told of events all day and sets the same state at each of them (`setStatus('live')`) grows all day; one that compares before it sets does not.
#
# Seen (Node 26; heap after a full collection, before and after a million calls of `setStatus('live')` on a component whose status is 'live'):
#   kept 116 bytes a call; after one drawing 35 (the list through which they went keeps its length)
#
# Valid input: https://react.dev/reference/react/useState#setstate-caveats
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts react@19.3.1 react-test-renderer@19.3.1

cat > look.mjs <<'LOOK'
import { createElement, useState } from 'react';
import { create } from 'react-test-renderer';

const CALLS = 1_000_000;
let setStatus;
let setOther;
let drawn = '';
function Status() {
  const [status, setOne] = useState('waiting');
  const [other, setTwo] = useState(0);
  [setStatus, setOther] = [setOne, setTwo];
  drawn = `${status} ${other}`;
  return drawn;
}
const until = async (text) => {
  while (drawn !== text) await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
};
const used = () => {
  for (let i = 0; i < 3; i += 1) globalThis.gc();
  return process.memoryUsage().heapUsed;
};
create(createElement(Status));
await until('waiting 0');
setStatus('live');
await until('live 0');
setOther(1);
await until('live 1');
const before = used();
for (let i = 0; i < CALLS; i += 1) setStatus('live');
await new Promise((resolve) => setImmediate(resolve));
const kept = (used() - before) / CALLS;
setOther(2);
await until('live 2');
const left = (used() - before) / CALLS;
console.log(`kept ${kept.toFixed(0)} bytes a call; after one drawing ${left.toFixed(0)}`);
if (!(kept >= 60 && left < kept / 2)) {
  console.log('it is otherwise now');
  process.exit(1);
}
LOOK
NODE_ENV=production node --expose-gc look.mjs
