/*
 * What is under way, watched and ended: a stream as it is kept, and so behind the masks of the recording, some hundred milliseconds after it was said; and the end
 * of one stream or request, where a kill would be too much.
 */
import { Refusal } from '../model/refusal.ts';
import type { RoleName } from '../policy/role.ts';
import type { ExchangeRecorded } from '../recording/event.ts';
import type { Catalog, Viewer } from '../recording/found.ts';
import { reasonSchema } from './contract.ts';
import type { Asked, Route, Send } from './route.ts';
import { endedSchema } from './session-contract.ts';
import { type KeptReader, viewerOf } from './session-routes.ts';

interface Parts {
  readonly catalog: Catalog;
  readonly kept: KeptReader;
  /** Ends what is under way at this gateway; false: it is not. */
  readonly endExchange: (id: string, refusal: Refusal) => Promise<boolean>;
}

const SEE: readonly RoleName[] = ['auditor', 'operator'];
const CHANGE: readonly RoleName[] = ['operator'];

/** How often it is looked for more, in milliseconds. */
const LOOK_MS = 250;

/** The operations on what is under way at this gateway. */
export function liveRoutes(parts: Parts): readonly Route[] {
  const { catalog, kept, endExchange } = parts;
  return [
    {
      method: 'GET',
      path: '/exchanges/{id}/recording/events',
      id: 'watchRecording',
      summary:
        'A recording from its beginning and on, as it is kept, as server-sent events: `lines` with lines of the recording, then `end`.',
      needs: 'caller',
      answer: { status: 200, schema: 'events', description: 'Events `lines`, each with a text, and one `end`.' },
      handle: async (asked) => {
        const viewer = viewerOf(asked, SEE);
        const found = await catalog.exchange(viewer, asked.path.id as string);
        if (found === undefined) throw notThere();
        await kept.tellRead(found.exchange.id, asked.caller);
        return { begin: (send) => followed(parts, viewer, found.exchange.id, send) };
      },
    },
    {
      method: 'POST',
      path: '/exchanges/{id}/end',
      id: 'endExchange',
      summary:
        'End one stream or request that is under way at this gateway; its caller is told why, and may ask again.',
      needs: CHANGE,
      body: reasonSchema,
      answer: { status: 200, schema: endedSchema, description: 'It is ended, or was over.' },
      handle: async (asked) => {
        const id = asked.path.id as string;
        // Security: what one's own role does not reach is answered as what is not there, and one's own calls count for nothing here.
        const found = await catalog.exchange({ ...viewerOf(asked, CHANGE), own: undefined }, id);
        if (found === undefined) throw notThere();
        return { status: 200, body: { id, wasOpen: await endExchange(id, endedBy(asked)) } };
      },
    },
  ];
}

function endedBy({ caller, body }: Asked): Refusal {
  const { reason } = body as { readonly reason: string };
  const told = reason === '' ? 'an operator ended this' : `an operator ended this: ${reason}`;
  return new Refusal('KILLED', told, { detail: `by ${caller.subject}` });
}

/** Sends what is there and what comes, until it has ended or nobody listens. */
function followed({ catalog, kept }: Parts, viewer: Viewer, id: string, send: Send): () => void {
  let isOver = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let after = 0;
  const look = async (): Promise<void> => {
    // Looked at before the lines: what it has by then is all of it.
    const isEnded = (await catalog.exchange(viewer, id))?.exchange.outcome !== 'open';
    const lines = await catalog.recorded(viewer, id, after);
    for (const { seq, line } of lines) {
      after = seq;
      const event = JSON.parse(line) as ExchangeRecorded;
      if (event.part !== 'stream') continue;
      for await (const piece of kept.read(event)) {
        if (isOver) return;
        const keepsUp = send('lines', { text: Buffer.from(piece).toString() });
        if (!keepsUp) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
      if (event.end !== undefined) return void send('end', {});
    }
    if (isEnded && lines.length === 0) return void send('end', {});
    if (!isOver) timer = setTimeout(next, LOOK_MS);
  };
  const next = () => void look().catch(() => !isOver && send('end', { isBroken: true }));
  next();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

function notThere(): Refusal {
  return new Refusal('NOT_FOUND', 'there is no such exchange that you may see');
}
