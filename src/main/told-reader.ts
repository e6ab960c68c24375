import type { Upstream } from '../connectors/kubernetes/upstream/upstream.ts';
import { Refusal } from '../model/refusal.ts';

/** Who hears of the reader. */
export interface ReaderTold {
  /** `isAnswered`: upstream said so; else nothing can be looked up. */
  failed(what: string, isAnswered: boolean): void;
  answered(): void;
}

/** The way upstream of look-ups, whose refusals are told: a look-up that fails is an unknown fact to policy, and nobody else would hear why. */
export function toldReader(reader: Upstream, told: ReaderTold): Upstream {
  return {
    ...reader,
    async send(request, signal) {
      try {
        const reply = await reader.send(request, signal);
        if (reply.status === 403) told.failed(`the reader may not ${request.method} ${pathOf(request.uri)}`, true);
        else told.answered();
        return reply;
      } catch (thrown) {
        if (thrown instanceof Refusal && thrown.code !== 'OUTCOME_UNKNOWN')
          told.failed(
            `the reader cannot look up: ${thrown.message}${thrown.detail === '' ? '' : ` (${thrown.detail})`}`,
            false,
          );
        throw thrown;
      }
    },
  };
}

/** Limit: so many characters of a path are told. */
const PATH_MAX = 200;

function pathOf(uri: string): string {
  return (uri.split('?')[0] as string).slice(0, PATH_MAX);
}
