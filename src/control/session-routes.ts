import type { Caller } from '../model/caller.ts';
import { askedBy } from '../model/is-own.ts';
import { Refusal } from '../model/refusal.ts';
import type { RoleName } from '../policy/role.ts';
import type { ExchangeRecorded } from '../recording/event.ts';
import type { Catalog, ExchangeFilter, FoundWhole, Viewer } from '../recording/found.ts';
import { pageOf } from './contract.ts';
import { bodiesOf } from './kept-bodies.ts';
import type { Asked, Route } from './route.ts';
import { seen } from './seen.ts';
import {
  exchangeSchema,
  sessionListQuery,
  sessionQuery,
  sessionSchema,
  storySchema,
  wholeExchangeSchema,
} from './session-contract.ts';
import { exchangeView, sessionView, storyOf, storyView, wholeView } from './session-views.ts';

/** What is kept, and who is told that it was read. */
export interface KeptReader {
  /** What one line of the journal says is kept, piece by piece. @throws {Error} a piece is not there, or is not what the chain says */
  read(recorded: Pick<ExchangeRecorded, 'exchange' | 'pieces' | 'isList'>): AsyncIterable<Uint8Array>;
  /** @throws {Refusal} RECORDING_UNAVAILABLE */
  tellRead(exchange: string, by: Pick<Caller, 'subject' | 'issuer'>): Promise<void>;
}

interface Parts {
  readonly catalog: Catalog;
  readonly kept: KeptReader;
}

/** Who sees what others did. Without a role, everyone sees what they did themselves. */
const SEE: readonly RoleName[] = ['auditor', 'operator'];

/** The operations on what was recorded at this gateway. */
export function sessionRoutes(parts: Parts): readonly Route[] {
  return [...listRoutes(parts), ...exchangeRoutes(parts)];
}

function listRoutes({ catalog }: Parts): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/sessions',
      id: 'listSessions',
      summary: 'Sessions with an exchange that fits, the newest first: one’s own, and those that a role reaches.',
      needs: 'caller',
      query: sessionListQuery,
      answer: { status: 200, schema: pageOf(sessionSchema), description: 'A page.' },
      handle: async (asked) => {
        const { after, limit, ...query } = asked.query as ReturnType<typeof sessionListQuery.parse>;
        const found = await catalog.sessions(viewerOf(asked), filterOf(query), { before: after, limit });
        return { status: 200, body: { items: found.map(sessionView), next: nextOf(found, limit) } };
      },
    },
    {
      method: 'GET',
      path: '/exchanges',
      id: 'listExchanges',
      summary: 'Exchanges that fit, of whatever session, the newest first: one’s own, and those that a role reaches.',
      needs: 'caller',
      query: sessionListQuery,
      answer: { status: 200, schema: pageOf(exchangeSchema), description: 'A page.' },
      handle: async (asked) => {
        const { after, limit, ...query } = asked.query as ReturnType<typeof sessionListQuery.parse>;
        const found = await catalog.exchanges(viewerOf(asked), filterOf(query), { before: after, limit });
        return { status: 200, body: { items: found.map(exchangeView), next: nextOf(found, limit) } };
      },
    },
    {
      method: 'GET',
      path: '/sessions/{id}',
      id: 'getSession',
      summary:
        'A session as it went: its exchanges, the oldest first, and what was run: as the caller says, as a release’s records do, or as one follows another.',
      needs: 'caller',
      query: sessionQuery,
      answer: { status: 200, schema: storySchema, description: 'The session.' },
      handle: async (asked) => {
        const { after, limit, ...query } = asked.query as ReturnType<typeof sessionQuery.parse>;
        const [viewer, session] = [viewerOf(asked), asked.path.id as string];
        const found = seen(await catalog.session(viewer, session), 'session');
        const filter = { ...filterOf(query), session };
        const exchanges = await catalog.exchanges(viewer, filter, { before: after, limit });
        return {
          status: 200,
          body: {
            ...sessionView(found.session),
            stories: found.stories.map(storyView),
            items: exchanges.map((exchange) => ({
              ...exchangeView(exchange),
              story: storyOf(found.stories, exchange),
            })),
            next: nextOf(exchanges, limit),
          },
        };
      },
    },
  ];
}

function exchangeRoutes({ catalog, kept }: Parts): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/exchanges/{id}',
      id: 'getExchange',
      summary:
        'One exchange: what was asked, what policy answered and why, what came of it, and its lines in the journal.',
      needs: 'caller',
      answer: { status: 200, schema: wholeExchangeSchema, description: 'The exchange.' },
      handle: async (asked) => {
        const found = await find(catalog, asked);
        const bodies = await bodiesOf(found, kept);
        if (bodies.size > 0) await kept.tellRead(found.exchange.id, asked.caller);
        return { status: 200, body: wholeView(found, bodies) };
      },
    },
    {
      method: 'GET',
      path: '/exchanges/{id}/recording',
      id: 'getRecording',
      summary:
        'What a terminal showed, as asciicast v3; without one, what passed as timed events: a line for the head, then one `[seconds since the one before, channel, data]` each.',
      needs: 'caller',
      answer: { status: 200, schema: 'lines', description: 'A line each; `application/x-asciicast` of a terminal.' },
      handle: async (asked) => {
        const { exchange } = await find(catalog, asked);
        if (exchange.recording === undefined)
          throw new Refusal('NOT_FOUND', `nothing that could be played is kept of exchange \`${exchange.id}\``);
        await kept.tellRead(exchange.id, asked.caller);
        const type = exchange.recording === 'terminal' ? 'application/x-asciicast' : 'application/x-ndjson';
        return { lines: recordedStream(catalog, kept, viewerOf(asked), exchange.id), type };
      },
    },
  ];
}

async function find(catalog: Catalog, asked: Asked): Promise<FoundWhole> {
  return seen(await catalog.exchange(viewerOf(asked), asked.path.id as string), 'exchange');
}

/** Who looks: what is theirs, and what roles of these names reach. */
export function viewerOf({ caller, roles }: Asked, names = SEE): Viewer {
  return {
    own: askedBy(caller),
    reach: roles
      .filter(({ role }) => names.includes(role))
      .map(({ targets, namespaces }) => ({
        ...(targets === undefined ? {} : { targets }),
        ...(namespaces === undefined ? {} : { namespaces }),
      })),
  };
}

function filterOf({
  caller,
  since,
  until,
  ...same
}: Omit<ReturnType<typeof sessionListQuery.parse>, 'after' | 'limit'>): ExchangeFilter {
  return {
    ...same,
    subject: caller,
    sinceMs: since === undefined ? undefined : Date.parse(since),
    untilMs: until === undefined ? undefined : Date.parse(until),
  };
}

function nextOf(found: readonly { readonly id: string }[], limit: number): string | null {
  return found.length < limit ? null : (found.at(-1)?.id ?? null);
}

/** What is kept of a stream, from its first line to the last that is there. */
async function* recordedStream(
  catalog: Catalog,
  kept: KeptReader,
  viewer: Viewer,
  id: string,
): AsyncGenerator<Uint8Array> {
  for (let after = 0; ; ) {
    const lines = await catalog.recorded(viewer, id, after);
    for (const { seq, line } of lines) {
      after = seq;
      const event = JSON.parse(line) as ExchangeRecorded;
      if (event.part === 'stream') yield* kept.read(event);
    }
    if (lines.length === 0) return;
  }
}
