#!/usr/bin/env bash
# Messages of RFC 5424 before three readers: nsyslog-parser 0.10.1 and glossy 0.1.7 (npm), syslog-rfc5424-parser 0.3.2 (PyPI).
#
# Brackets in the text behind structured data are read as more of it by both of npm, which lose the text. nsyslog-parser cuts a value at a blank, makes a parameter of what stands behind it,
# and drops an element whose value holds an escaped quote; the reader of PyPI leaves the backslashes of `\"`, `\]` and `\\` in the value. Who searches a log by what these
# readers say finds fields that nobody wrote, and misses what was.
#
# Seen:
#   text:    [y@1 c="d"] started [worker id="3"]
#     nsyslog-parser         {"y@1":{"c":"d"},"worker":{"id":"3"}} ""
#     glossy                 {"y@1":{"c":"d"},"worker":{"id":"3"}} ""
#     syslog-rfc5424-parser  {"y@1":{"c":"d"}} "started [worker id=\"3\"]"
#   blank:   [x@1 reason="late user=root"] done
#     nsyslog-parser         {"x@1":{"reason":"late","user":"root"}} "done"
#     glossy                 {"x@1":{"reason":"late user=root"}} "done"
#     syslog-rfc5424-parser  {"x@1":{"reason":"late user=root"}} "done"
#   escaped: [x@1 said="a \"b\""][y@1 c="d"] done
#     nsyslog-parser         {"y@1":{"c":"d"}} "done"
#     glossy                 {"x@1":{"said":"a \"b\""},"y@1":{"c":"d"}} "done"
#     syslog-rfc5424-parser  {"x@1":{"said":"a \\\"b\\\""},"y@1":{"c":"d"}} "done"
#
# Valid input: https://www.rfc-editor.org/rfc/rfc5424#section-6.3
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts nsyslog-parser@0.10.1 glossy@0.1.7
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check syslog-rfc5424-parser==0.3.2

cat > messages <<'MESSAGES'
text:   |[y@1 c="d"] started [worker id="3"]
blank:  |[x@1 reason="late user=root"] done
escaped:|[x@1 said="a \"b\""][y@1 c="d"] done
MESSAGES
cat > look.mjs <<'LOOK'
import glossy from 'glossy';
import read from 'nsyslog-parser';

const line = `<14>1 2026-01-02T03:04:05.678Z host app - - ${process.argv[2]}`;
const said = (name, data, text) => console.log(`  ${name.padEnd(21)}  ${JSON.stringify(data)} ${JSON.stringify(text)}`);
const first = read(line);
said('nsyslog-parser', Object.fromEntries(first.structuredData.map(({ $id, ...values }) => [$id, values])), first.message);
const second = glossy.Parse.parse(line);
said('glossy', second.structuredData ?? {}, second.message);
LOOK
cat > look.py <<'LOOK'
import json, sys
from syslog_rfc5424_parser import SyslogMessage

read = SyslogMessage.parse(f"<14>1 2026-01-02T03:04:05.678Z host app - - {sys.argv[1]}").as_dict()
print("  syslog-rfc5424-parser ", json.dumps(read["sd"], separators=(",", ":")), json.dumps(read["msg"]))
LOOK
while IFS='|' read -r what message; do
  echo "$what $message"
  node look.mjs "$message"
  venv/bin/python look.py "$message"
done < messages | tee seen
diff - seen <<'SEEN'
text:    [y@1 c="d"] started [worker id="3"]
  nsyslog-parser         {"y@1":{"c":"d"},"worker":{"id":"3"}} ""
  glossy                 {"y@1":{"c":"d"},"worker":{"id":"3"}} ""
  syslog-rfc5424-parser  {"y@1":{"c":"d"}} "started [worker id=\"3\"]"
blank:   [x@1 reason="late user=root"] done
  nsyslog-parser         {"x@1":{"reason":"late","user":"root"}} "done"
  glossy                 {"x@1":{"reason":"late user=root"}} "done"
  syslog-rfc5424-parser  {"x@1":{"reason":"late user=root"}} "done"
escaped: [x@1 said="a \"b\""][y@1 c="d"] done
  nsyslog-parser         {"y@1":{"c":"d"}} "done"
  glossy                 {"x@1":{"said":"a \"b\""},"y@1":{"c":"d"}} "done"
  syslog-rfc5424-parser  {"x@1":{"said":"a \\\"b\\\""},"y@1":{"c":"d"}} "done"
SEEN
