/*
 * The catalog's tables. All of it is made from the journal: a file of another version, or one that cannot be read, is made anew.
 */

/** The version of the tables; another one is made anew from the journal. */
export const CATALOG_VERSION = 6;

/**
 * Makes the tables. `n` is the number of the event with which an exchange begins, so that rows lie in the order of the journal. A row of `said` has the number of the
 * line that it is the words of. Each column that is much asked for has two indexes: one in the order of exchanges, one in that of sessions.
 */
export const CATALOG_TABLES = `
CREATE TABLE IF NOT EXISTS place (
  one INTEGER PRIMARY KEY CHECK (one = 1), segment INTEGER NOT NULL, byte INTEGER NOT NULL, seq INTEGER NOT NULL, hash TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS exchange (
  n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, session TEXT NOT NULL, at INTEGER NOT NULL,
  subject TEXT NOT NULL, issuer TEXT NOT NULL, kind TEXT NOT NULL, token TEXT, actors TEXT, target TEXT NOT NULL,
  verb TEXT NOT NULL, apiGroup TEXT NOT NULL, resource TEXT NOT NULL, subresource TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,
  path TEXT NOT NULL, isChange INTEGER NOT NULL, isPlanned INTEGER NOT NULL, claimedSession TEXT, claimedCommand TEXT,
  decision TEXT, rule TEXT, grantId TEXT, approval TEXT, outcome TEXT NOT NULL, status INTEGER, code TEXT,
  durationMs REAL, bytesIn INTEGER, bytesOut INTEGER, recording TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS exchange_session ON exchange (session, n);
CREATE INDEX IF NOT EXISTS exchange_subject ON exchange (subject, session);
CREATE INDEX IF NOT EXISTS exchange_namespace ON exchange (namespace, session);
CREATE INDEX IF NOT EXISTS exchange_resource ON exchange (resource, session);
CREATE INDEX IF NOT EXISTS exchange_newest_subject ON exchange (subject);
CREATE INDEX IF NOT EXISTS exchange_newest_namespace ON exchange (namespace);
CREATE INDEX IF NOT EXISTS exchange_newest_resource ON exchange (resource);
CREATE INDEX IF NOT EXISTS exchange_name ON exchange (name);
CREATE INDEX IF NOT EXISTS exchange_grant ON exchange (grantId) WHERE grantId IS NOT NULL;
CREATE INDEX IF NOT EXISTS exchange_code ON exchange (code) WHERE code IS NOT NULL;
CREATE INDEX IF NOT EXISTS exchange_claimed ON exchange (claimedCommand) WHERE claimedCommand IS NOT NULL;
CREATE INDEX IF NOT EXISTS exchange_rule ON exchange (rule, at) WHERE rule IS NOT NULL;
CREATE INDEX IF NOT EXISTS exchange_stopped ON exchange (decision, session) WHERE decision IN ('deny', 'hold');
CREATE TABLE IF NOT EXISTS segment (n INTEGER PRIMARY KEY, gateway TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS line (
  seq INTEGER PRIMARY KEY, exchange INTEGER NOT NULL, isRecorded INTEGER NOT NULL, segment INTEGER NOT NULL, byte INTEGER NOT NULL, lineBytes INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS line_exchange ON line (exchange, seq);
CREATE VIRTUAL TABLE IF NOT EXISTS said USING fts5 (text, content = '', contentless_delete = 1, tokenize = "unicode61 tokenchars '-_'");
`;
