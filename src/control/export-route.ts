/*
 * What the journal has of a session, for other programs: exchange by exchange, the oldest first, each as its lines tell it.
 *
 * Whoever reads lines of the journal reads what a caller is never told, such as the detail of a refusal: so one's own calls count for nothing here, and a role is needed. What is kept of
 * bodies and streams is named in them by its digests alone.
 */
import type { RoleName } from '../policy/role.ts';
import type { Event } from '../recording/event.ts';
import type { ExportFormat } from '../recording/formats/exported.ts';
import { Formatter } from '../recording/formats/formatter.ts';
import type { Catalog, Viewer } from '../recording/found.ts';
import type { Route } from './route.ts';
import { seen } from './seen.ts';
import { exportQuery } from './session-contract.ts';
import { viewerOf } from './session-routes.ts';

const SEE: readonly RoleName[] = ['auditor', 'operator'];

/** Limit: exchanges that are looked up at once; the next are when these have been taken. */
const PAGE_MAX = 100;

/** The operation that exports a session. */
export function exportRoute({ catalog }: { readonly catalog: Catalog }): Route {
  return {
    method: 'GET',
    path: '/sessions/{id}/export',
    id: 'exportSession',
    summary:
      'What the journal has of a session, for other programs: its lines, exchange by exchange, or its exchanges as `audit.k8s.io/v1` events or in OCSF; as far as a role reaches.',
    needs: SEE,
    query: exportQuery,
    answer: { status: 200, schema: 'lines', description: 'A record of JSON in each line.' },
    handle: async (asked) => {
      const { format } = asked.query as ReturnType<typeof exportQuery.parse>;
      const [viewer, session] = [{ ...viewerOf(asked, SEE), own: undefined }, asked.path.id as string];
      seen(await catalog.session(viewer, session), 'session');
      return { lines: recordsOf(catalog, viewer, session, format), type: 'application/x-ndjson' };
    },
  };
}

async function* recordsOf(
  catalog: Catalog,
  viewer: Viewer,
  session: string,
  format: ExportFormat,
): AsyncGenerator<Uint8Array> {
  for (let before: string | undefined; ; ) {
    const exchanges = await catalog.exchanges(viewer, { session }, { before, limit: PAGE_MAX });
    for (const { id } of exchanges) {
      const found = await catalog.exchange(viewer, id);
      const formatter = new Formatter(format, found?.gateway);
      for (const { seq, hash, line } of found?.lines ?? []) {
        const record = formatter.take({ event: JSON.parse(line) as Event, seq, hash, line: Buffer.from(line) });
        if (record !== undefined) yield Buffer.from(`${record.text}\n`);
      }
    }
    if (exchanges.length < PAGE_MAX) return;
    before = exchanges.at(-1)?.id;
  }
}
