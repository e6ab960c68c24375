import { Refusal } from '../../../model/refusal.ts';
import type { Clock } from '../../../std/clock.ts';
import { unlessAborted } from './unless-aborted.ts';
import type { Upstream } from './upstream.ts';

export interface FoundUpstreamOptions<Place> {
  /** Where the server is; asked by the first request, and again by later ones until it is known. */
  readonly find: () => Promise<Place>;
  readonly create: (place: Place) => Upstream;
  /** What may be wrong with a place where nothing answers, in a sentence for our log; empty where nothing is. */
  readonly doubt: (place: Place) => Promise<string>;
  readonly clock: Clock;
}

/** After the server could not be found, how long others are told so without another try. */
const FAILURE_KEPT_MS = 2_000;
/** How often at most it is asked whether a server that is not reached is somewhere else by now. */
const DOUBT_MIN_MS = 60_000;

/** The way to a server whose place must be asked for first: until it is known nothing is sent, and each request is told why. */
export function foundUpstream<Place>(options: FoundUpstreamOptions<Place>): Upstream {
  const open = finder(options);
  const explain = explainer(options);
  const on = async <T>(signal: AbortSignal, ask: (upstream: Upstream) => Promise<T>): Promise<T> => {
    const { place, upstream } = await unlessAborted(open(), signal, () => notFound('given up while it was asked for'));
    try {
      return await ask(upstream);
    } catch (error) {
      throw explain(error, place);
    }
  };
  return {
    send: (request, signal) => on(signal, (upstream) => upstream.send(request, signal)),
    upgrade: (request, protocol, signal) => on(signal, (upstream) => upstream.upgrade(request, protocol, signal)),
    async close() {
      const opened = await open.ifBegun()?.catch(() => undefined);
      await opened?.upstream.close();
    },
  };
}

function finder<Place>({ find, create, clock }: FoundUpstreamOptions<Place>) {
  let opened: Promise<{ readonly place: Place; readonly upstream: Upstream }> | undefined;
  let failure: { readonly refusal: Refusal; readonly atMs: number } | undefined;
  const begin = async () => {
    try {
      const place = await find();
      return { place, upstream: create(place) };
    } catch (error) {
      failure = { refusal: notFound(saidBy(error)), atMs: clock.monotonic() };
      opened = undefined;
      throw failure.refusal;
    }
  };
  const open = () => {
    const hasJustFailed = failure !== undefined && clock.monotonic() - failure.atMs < FAILURE_KEPT_MS;
    if (opened === undefined && hasJustFailed) return Promise.reject(failure?.refusal);
    opened ??= begin();
    return opened;
  };
  return Object.assign(open, { ifBegun: () => opened });
}

/** Gives the refusal of a server that is not reached what is known of its place; nobody waits for it to be asked. */
function explainer<Place>({ doubt, clock }: FoundUpstreamOptions<Place>) {
  let said = '';
  let askedAtMs = Number.NEGATIVE_INFINITY;
  return (error: unknown, place: Place): unknown => {
    if (!(error instanceof Refusal) || error.code !== 'UPSTREAM_UNREACHABLE') return error;
    if (clock.monotonic() - askedAtMs >= DOUBT_MIN_MS) {
      askedAtMs = clock.monotonic();
      doubt(place).then(
        (answer) => {
          said = answer;
        },
        () => {},
      );
    }
    if (said === '') return error;
    return new Refusal(error.code, error.message, { detail: `${error.detail}; ${said}`, cause: error });
  };
}

function notFound(detail: string): Refusal {
  return new Refusal('UPSTREAM_UNREACHABLE', 'the target could not be reached, and nothing was sent', { detail });
}

function saidBy(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
