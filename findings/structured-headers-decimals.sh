#!/usr/bin/env bash
# structured-headers 2.1.0 (npm) beside http-sf 1.5.0 (PyPI), both of RFC 9651 (structured fields of HTTP): a number that rounds to a whole one is written as a decimal that ends in its point,
# which no reader takes, the library's own either.
#
# A decimal has up to three digits behind its point, and at least one. The library rounds to three and then drops the zeros, the last one too: 0.9996 becomes `1.`, and -0.0004 `-0.`. A ratio, a
# delay in seconds or a score that is computed is written well for months and then, once, not at all: a field that cannot be parsed is ignored as a whole, with all
# members of its list or dictionary. A number in the middle of two is rounded up, where the standard says to the even digit.
#
# Seen (number; structured-headers, what its own reader makes of it; http-sf):
#   0.9996   1.      Decimal cannot end on a period  1.0
#   1.0004   1.      Decimal cannot end on a period  1.0
#   -0.0004  -0.     Decimal cannot end on a period  0.0
#   0.0125   0.013   0.013                           0.012
#   0.25     0.25    0.25                            0.25
#   in a dictionary: "a=1, b=1." is refused as a whole
#
# Valid input: https://www.rfc-editor.org/rfc/rfc9651#section-4.1.5 (serializing a decimal)
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts structured-headers@2.1.0
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check http-sf==1.5.0

venv/bin/python - > python <<'LOOK'
from decimal import Decimal

import http_sf

for number in "0.9996", "1.0004", "-0.0004", "0.0125", "0.25":
    print(http_sf.ser((Decimal(number), {})))
LOOK
cat > look.mjs <<'LOOK'
import { readFileSync } from 'node:fs';
import { parseDictionary, parseItem, serializeDictionary, serializeItem } from 'structured-headers';

const read = (parse, text) => {
  try {
    return parse(text);
  } catch ({ message }) {
    return [message.replace(/^Parse error: | at offset \d+$/g, '')];
  }
};
const python = readFileSync('python', 'utf8').split('\n');
for (const [index, number] of [0.9996, 1.0004, -0.0004, 0.0125, 0.25].entries()) {
  const text = serializeItem([number, new Map()]);
  console.log(`${String(number).padEnd(8)} ${text.padEnd(7)} ${String(read(parseItem, text)[0]).padEnd(31)} ${python[index]}`);
}
const dictionary = serializeDictionary(new Map([['a', [1, new Map()]], ['b', [0.9996, new Map()]]]));
console.log(`in a dictionary: "${dictionary}" is ${read(parseDictionary, dictionary) instanceof Map ? 'read' : 'refused as a whole'}`);
LOOK

node look.mjs | tee seen
diff - seen <<'SEEN'
0.9996   1.      Decimal cannot end on a period  1.0
1.0004   1.      Decimal cannot end on a period  1.0
-0.0004  -0.     Decimal cannot end on a period  0.0
0.0125   0.013   0.013                           0.012
0.25     0.25    0.25                            0.25
in a dictionary: "a=1, b=1." is refused as a whole
SEEN
