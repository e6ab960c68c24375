/** What an exchange of the suite is, and how one is run against a server and made comparable. */

import { request } from 'node:https';

export interface Exchange {
  /** Unique; what the recorded expectation is found by. */
  readonly name: string;
  readonly method: string;
  /** `{name}` stands for what an earlier exchange has saved. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, text as it is. */
  readonly body?: unknown;
  /** `wrong`: with a token that nobody was given, and nothing else. Default: as an administrator. */
  readonly credential?: 'administrator' | 'wrong';
  readonly look: Look;
  /** Values of the reply to keep for later: name -> path of fields. */
  readonly save?: Readonly<Record<string, string>>;
}

/** What of a reply is compared; its status and media type always are. */
export interface Look {
  /** `whole`: the body; `lines`: each line as JSON; `text`: as it is; a list: these paths (`a.b.0.c`); nothing: none of it. */
  readonly body?: 'whole' | 'lines' | 'text' | readonly string[];
  /** Paths of fields left out of `whole` and `lines`: what depends on more than the server (a node, an address). */
  readonly except?: readonly string[];
  readonly headers?: readonly string[];
}

/** A reply as it is compared. */
export interface Observed {
  readonly status: number;
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Where to and as whom: a client certificate or a token. */
export interface Endpoint {
  readonly url: string;
  readonly caPem: string;
  readonly token?: string;
  readonly certPem?: string;
  readonly keyPem?: string;
}

/** The observed replies by name, in the order of the exchanges; each is sent when the one before has been answered. */
export async function runExchanges(
  endpoint: Endpoint,
  exchanges: readonly Exchange[],
): Promise<Readonly<Record<string, Observed>>> {
  const observed: Record<string, Observed> = {};
  const saved = new Map<string, string>();
  for (const exchange of exchanges) {
    const reply = await send(endpoint, exchange, saved);
    for (const [name, path] of Object.entries(exchange.save ?? {})) {
      saved.set(name, encodeURIComponent(String(valueAt(parsed(reply.text), path) ?? '')));
    }
    observed[exchange.name] = looked(exchange.look, reply);
  }
  return observed;
}

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

const replyTimeoutMs = 20_000;

function send(endpoint: Endpoint, exchange: Exchange, saved: ReadonlyMap<string, string>): Promise<Reply> {
  const filled = (text: string): string =>
    text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => saved.get(name) ?? whole);
  const isWrong = exchange.credential === 'wrong';
  const body =
    exchange.body === undefined
      ? undefined
      : typeof exchange.body === 'string'
        ? exchange.body
        : JSON.stringify(exchange.body);
  const token = isWrong ? 'nobody-was-given-this' : endpoint.token;
  const headers: Record<string, string> = {
    'user-agent': 'conformance/1',
    accept: 'application/json',
    ...exchange.headers,
  };
  if (body !== undefined) {
    headers['content-type'] ??= 'application/json';
    // Node frames no body of a DELETE by itself.
    headers['content-length'] = String(Buffer.byteLength(filled(body)));
  }
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  const identity = isWrong || endpoint.certPem === undefined ? {} : { cert: endpoint.certPem, key: endpoint.keyPem };
  const options = {
    method: exchange.method,
    headers,
    ca: endpoint.caPem,
    agent: false as const,
    timeout: replyTimeoutMs,
    ...identity,
  };
  return new Promise((resolve, reject) => {
    const sent = request(new URL(filled(exchange.path), endpoint.url), options, async (reply) => {
      const chunks: Buffer[] = [];
      for await (const chunk of reply) chunks.push(chunk);
      resolve({ status: reply.statusCode ?? 0, headers: reply.headers, text: Buffer.concat(chunks).toString('utf8') });
    });
    sent.on('error', reject);
    sent.on('timeout', () => sent.destroy(new Error(`${exchange.name}: no reply in ${replyTimeoutMs} ms`)));
    sent.end(body === undefined ? undefined : filled(body));
  });
}

function looked(look: Look, reply: Reply): Observed {
  const contentType = String(reply.headers['content-type'] ?? '');
  const headers = Object.fromEntries(
    (look.headers ?? []).map((name) => [name, normal(String(reply.headers[name] ?? ''), '') as string]),
  );
  const base = { status: reply.status, contentType, ...(look.headers === undefined ? {} : { headers }) };
  if (look.body === undefined) return base;
  if (look.body === 'text') return { ...base, body: normal(reply.text, '') };
  const cut = (value: unknown): unknown => normal((look.except ?? []).reduce(withoutPath, value), '');
  if (look.body === 'whole') return { ...base, body: cut(parsed(reply.text)) };
  if (look.body === 'lines')
    return {
      ...base,
      body: reply.text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => cut(parsed(line))),
    };
  const value = parsed(reply.text);
  return {
    ...base,
    body: Object.fromEntries(
      look.body.map((path) => [path, normal(valueAt(value, path) ?? null, path.split('.').at(-1) ?? '')]),
    ),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function valueAt(value: unknown, path: string): unknown {
  let current: unknown = value;
  for (const field of path.split('.')) current = (current as Record<string, unknown> | undefined)?.[field];
  return current;
}

function withoutPath(value: unknown, path: string): unknown {
  const [field = '', ...rest] = path.split('.');
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return field === '*' ? value.map((each) => withoutPath(each, rest.join('.'))) : value;
  const { [field]: inner, ...others } = value as Record<string, unknown>;
  if (inner === undefined) return value;
  return rest.length === 0 ? others : { ...others, [field]: withoutPath(inner, rest.join('.')) };
}

const uid = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
const instant = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;

/** Whatever the order in which they stand. */
export function inOneOrder(entries: readonly unknown[]): unknown[] {
  return entries.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** The same value with what is different at each run made the same: identities, instants, revisions, tokens, generated names. */
function normal(value: unknown, field: string): unknown {
  if (Array.isArray(value)) {
    const each = value.map((one) => normal(one, field));
    // Kubernetes sorts them by the second in which they were made, and by manager within one.
    return field === 'managedFields' ? inOneOrder(each) : each;
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, each]) => [key, normal(each, key)]),
    );
  }
  if (typeof value !== 'string') return value;
  if (field === 'resourceVersion' && value !== '') return '<revision>';
  if (field === 'continue' && value !== '') return '<continue>';
  if (/^(clusterIPs?|hash|etag)$/.test(field) && /^[\d.]+$/.test(value)) return '<address>';
  return value
    .replaceAll(uid, '<uid>')
    .replaceAll(instant, '<instant>')
    .replaceAll(/(Too large resource version: \d+, current: )\d+/g, '$1<revision>')
    .replaceAll(/(too old resource version: \d+ \()\d+/g, '$1<revision>')
    .replaceAll(/(ResourceVersion in record \()\d+/g, '$1<revision>')
    .replaceAll(/\b(generated-)[bcdfghjklmnpqrstvwxz2-9]{5}\b/g, '$1<suffix>')
    .replaceAll(/^\d+(s|ms)$/g, '<age>');
}
