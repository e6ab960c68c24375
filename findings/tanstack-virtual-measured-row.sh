#!/usr/bin/env bash
# @tanstack/virtual-core 3.19.11: each row that measures other than was guessed has all rows behind it placed anew, so a step of a scroll costs what the list is long.
#
# The guess and the key of each row from the changed one to the end are asked for again when places are next read. In a list whose rows differ in height nearly every row that
# comes into view is such a row: in one of half a million rows a frame took over a second where this was met.
#
# Seen (rows; calls of `estimateSize` and `getItemKey` at first, when nothing changed, after the first row measured one pixel more, after one in the middle did):
#   1000    2000    0  2000    1000
#   100000  200000  0  200000  100000
#
# Valid input: https://tanstack.com/virtual/latest/docs/api/virtualizer
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts "@tanstack/virtual-core@3.19.11"

cat > look.mjs <<'LOOK'
import { Virtualizer } from '@tanstack/virtual-core';

for (const count of [1_000, 100_000]) {
  let calls = 0;
  const list = new Virtualizer({
    count,
    getScrollElement: () => null,
    estimateSize: () => {
      calls++;
      return 30;
    },
    getItemKey: (row) => {
      calls++;
      return row;
    },
    scrollToFn() {},
    observeElementRect() {},
    observeElementOffset() {},
  });
  const callsOf = (change) => {
    calls = 0;
    change();
    list.getTotalSize();
    return String(calls);
  };
  const seen = [
    callsOf(() => {}),
    callsOf(() => {}),
    callsOf(() => list.resizeItem(0, 31)),
    callsOf(() => list.resizeItem(count / 2, 31)),
  ];
  console.log(`${String(count).padEnd(6)}  ${seen[0].padEnd(6)}  ${seen[1]}  ${seen[2].padEnd(6)}  ${seen[3]}`);
}
LOOK
node look.mjs | tee seen
diff - seen <<'SEEN'
1000    2000    0  2000    1000
100000  200000  0  200000  100000
SEEN
