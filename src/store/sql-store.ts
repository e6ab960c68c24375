/*
 * The store over a database: the statements, the seals, and who is told. Both databases run these very lines.
 */
import { mappedInTurns } from '../std/mapped-in-turns.ts';
import type { Backend, RunSql, SqlRow } from './backend.ts';
import type { Seal } from './seal.ts';
import {
  type ChangeListener,
  type Row,
  type RowChange,
  type RowKind,
  type RowQuery,
  type RowReader,
  type RowWriter,
  type Store,
  StoreError,
  type StoreHealth,
} from './store.ts';
import type { StoreKeys } from './store-keys.ts';
import type { Vault } from './vault.ts';

const COLUMNS = 'kind, id, version, owner, state, body, seal';

/** Limit: a document is no longer than this, as text. */
const BODY_CHARACTERS_MAX = 256 * 1024;

/**
 * The store in a database. `onUnsealed` hears of each row whose seal is not right.
 *
 * @throws {StoreError} the database was sealed under another key
 */
export async function openSqlStore(
  backend: Backend,
  keys: StoreKeys,
  onUnsealed: (kind: string, id: string) => void,
): Promise<Store> {
  const store = new SqlStore(backend, keys, onUnsealed);
  await store.checkKey();
  return store;
}

class SqlStore implements Store {
  readonly vault: Vault;
  readonly #backend: Backend;
  readonly #seal: Seal;
  readonly #onUnsealed: (kind: string, id: string) => void;
  readonly #reader: RowReader;
  #unsealed = 0;

  constructor(backend: Backend, { seal, vault }: StoreKeys, onUnsealed: (kind: string, id: string) => void) {
    this.#backend = backend;
    this.#seal = seal;
    this.vault = vault;
    this.#onUnsealed = onUnsealed;
    this.#reader = this.#readerOf(backend.read);
  }

  /** A row of its own that the first gateway seals: whose key does not fit it has another key. */
  async checkKey(): Promise<void> {
    const find = (run: RunSql) => run(`SELECT ${COLUMNS} FROM sallyport_rows WHERE kind = 'key' AND id = 'store'`);
    const [found] = await find(this.#backend.read);
    if (found === undefined)
      return this.#backend.transaction('key', async (run) => {
        if ((await find(run)).length > 0) return this.checkKey();
        await this.#insert(run, { kind: 'key', id: 'store', version: 1, owner: '', state: '', body: {} });
      });
    if (!this.#seal.isRight(fieldsOf(found), String(found.seal)))
      throw new StoreError(
        'the store is sealed under another key: `store.keyFile` is not the file that it was made with, which all its gateways share',
      );
  }

  now = (): number => this.#backend.now();
  get: RowReader['get'] = (kind, id) => this.#reader.get(kind, id);
  list: RowReader['list'] = (kind, query) => this.#reader.list(kind, query);
  isHeard = (): boolean => this.#backend.isHeard();
  announce = (address: string): void => this.#backend.announce(address);
  peers = (): readonly string[] => this.#backend.peers();
  close = (): Promise<void> => this.#backend.close();

  health(): StoreHealth {
    return { failure: this.#backend.failure(), unsealed: this.#unsealed };
  }

  exclusively<Result>(key: string, work: (rows: RowWriter) => Promise<Result>): Promise<Result> {
    return this.#backend.transaction(key, (run, tell, alsoKey, commitAfter) =>
      work({ ...this.#writerOf(run, tell, alsoKey), commitAfter }),
    );
  }

  async changes(listener: ChangeListener): Promise<void> {
    let isReading = false;
    let waiting: (readonly [RowKind, string])[] = [];
    await this.#backend.listen({
      lost: () => listener.lost(),
      told(payload) {
        const [kind, id] = payload.split(' ') as [RowKind, string];
        if (isReading) waiting.push([kind, id]);
        else listener.changed(kind, id);
      },
      async readAgain() {
        isReading = true;
        try {
          await listener.readAgain();
        } finally {
          isReading = false;
          const told = waiting;
          waiting = [];
          for (const [kind, id] of told) listener.changed(kind, id);
        }
      },
    });
  }

  #readerOf(run: RunSql): RowReader {
    return {
      get: async (kind, id) => {
        const [found] = await run(`SELECT ${COLUMNS} FROM sallyport_rows WHERE kind = $1 AND id = $2`, [kind, id]);
        return found === undefined ? undefined : this.#opened(found);
      },
      list: async (kind, query) => {
        const { where, parameters } = conditions(kind, query);
        const found = await run(
          `SELECT ${COLUMNS} FROM sallyport_rows WHERE ${where} ORDER BY id DESC LIMIT $${parameters.length + 1}`,
          [...parameters, query.limit],
        );
        const opened = await mappedInTurns(found, (row) => this.#opened(row));
        return opened.filter((row) => row !== undefined);
      },
    };
  }

  #writerOf(
    run: RunSql,
    tell: (payload: string) => Promise<void>,
    alsoExclusively: (key: string) => Promise<void>,
  ): Omit<RowWriter, 'commitAfter'> {
    return {
      ...this.#readerOf(run),
      alsoExclusively,
      put: async ({ isQuiet = false, ...change }: RowChange) => {
        const row: Row = { ...change, version: change.version + 1 };
        if (change.version === 0) await this.#insert(run, row);
        else await this.#update(run, row);
        if (!isQuiet) await tell(`${row.kind} ${row.id}`);
        return row;
      },
      delete: async (kind, id, { isQuiet } = { isQuiet: false }) => {
        await run('DELETE FROM sallyport_rows WHERE kind = $1 AND id = $2', [kind, id]);
        if (!isQuiet) await tell(`${kind} ${id}`);
      },
    };
  }

  async #insert(run: RunSql, row: Row): Promise<void> {
    const fields = this.#fields(row);
    const taken = await run(
      `INSERT INTO sallyport_rows (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING id`,
      [fields.kind, fields.id, fields.version, fields.owner, fields.state, fields.body, this.#seal.of(fields)],
    );
    if (taken.length === 0) throw new StoreError(`${row.kind} ${row.id} is there already`);
  }

  async #update(run: RunSql, row: Row): Promise<void> {
    const fields = this.#fields(row);
    const taken = await run(
      'UPDATE sallyport_rows SET version = $3, owner = $4, state = $5, body = $6, seal = $7 WHERE kind = $1 AND id = $2 AND version = $8 RETURNING id',
      [
        fields.kind,
        fields.id,
        fields.version,
        fields.owner,
        fields.state,
        fields.body,
        this.#seal.of(fields),
        fields.version - 1,
      ],
    );
    if (taken.length === 0) throw new StoreError(`${row.kind} ${row.id} has changed since it was read`);
  }

  #fields(row: Row) {
    const body = JSON.stringify(row.body);
    if (body.length > BODY_CHARACTERS_MAX)
      throw new StoreError(`${row.kind} ${row.id} is longer than ${BODY_CHARACTERS_MAX} characters`);
    return { ...row, body };
  }

  #opened(found: SqlRow): Row | undefined {
    const fields = fieldsOf(found);
    if (this.#seal.isRight(fields, String(found.seal)))
      return { ...fields, kind: fields.kind as RowKind, body: JSON.parse(fields.body) as unknown };
    this.#unsealed++;
    this.#onUnsealed(fields.kind, fields.id);
    return undefined;
  }
}

function fieldsOf({ kind, id, version, owner, state, body }: SqlRow) {
  return {
    kind: String(kind),
    id: String(id),
    version: Number(version),
    owner: String(owner),
    state: String(state),
    body: String(body),
  };
}

function conditions(kind: RowKind, { owner, state, before }: RowQuery) {
  const parameters: string[] = [kind];
  const parts = ['kind = $1'];
  for (const [column, value] of [
    ['owner =', owner],
    ['state =', state],
    ['id <', before],
  ] as const) {
    if (value === undefined) continue;
    parameters.push(value);
    parts.push(`${column} $${parameters.length}`);
  }
  return { where: parts.join(' AND '), parameters };
}
