#!/usr/bin/env bash
# SQLite 3.54.1 (sql.js 1.17.0): of two indexes that fit a query alike the one that was made last is taken, until ANALYZE has counted; so the order of two CREATE INDEX decides
# whether a query reads one row or all.
#
# A table of many owners, nearly all of whose rows are in one state, has an index of (kind, owner, id) and one of (kind, state, id). A query by kind, owner and state fits both with
# two terms, and its order is that of both. With the index of states made last it goes through every row in that state.
#
# Seen (what was made first, then; the index that is taken; after ANALYZE):
#   owner, state  by_state  by_owner
#   state, owner  by_owner  by_owner
#
# Valid input: https://www.sqlite.org/lang_createindex.html
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts "sql.js@1.17.0"

cat > look.mjs <<'LOOK'
import initSqlJs from 'sql.js';

const { Database } = await initSqlJs();
for (const order of [['owner', 'state'], ['state', 'owner']]) {
  const database = new Database();
  database.run('CREATE TABLE t (kind text, id text, owner text, state text, PRIMARY KEY (kind, id))');
  for (const column of order) database.run(`CREATE INDEX by_${column} ON t (kind, ${column}, id)`);
  database.run('BEGIN');
  for (let row = 0; row < 5_000; row++) database.run('INSERT INTO t VALUES (?, ?, ?, ?)', ['a', `${row}`, `owner ${row}`, 'waits']);
  database.run('COMMIT');
  const taken = () => {
    const [plan] = database.exec(
      "EXPLAIN QUERY PLAN SELECT id FROM t WHERE kind = 'a' AND owner = 'owner 7' AND state = 'waits' ORDER BY id DESC LIMIT 5",
    );
    return /INDEX (\w+)/.exec(plan.values[0][3])[1];
  };
  const before = taken();
  database.run('ANALYZE');
  console.log(`${order.join(', ')}  ${before}  ${taken()}`);
}
LOOK
node look.mjs | tee seen
diff - seen <<'SEEN'
owner, state  by_state  by_owner
state, owner  by_owner  by_owner
SEEN
