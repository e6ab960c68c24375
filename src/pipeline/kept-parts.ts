import type { Permit } from '../model/permit.ts';
import type { BodyCut } from '../recording/keeping.ts';

/** Limit: bytes that are kept of one body, where no rule says `bodies: full`. */
const KEPT_BODY_BYTES_MAX = 256 * 1024;

/** What of an exchange is kept beside its events. */
export interface KeptParts {
  readonly isRequestKept: boolean;
  /** How the body of the reply is cut; undefined: it is not kept. */
  readonly reply: BodyCut | undefined;
  /** Of each body; undefined: all. */
  readonly bytesMax: number | undefined;
  readonly stream: 'terminal' | 'events' | undefined;
  readonly isStdinKept: boolean;
}

const NOTHING: KeptParts = {
  isRequestKept: false,
  reply: undefined,
  bytesMax: undefined,
  stream: undefined,
  isStdinKept: false,
};

/**
 * What is kept of what passes, by its rules. By default changes and single objects, lists and watches of programs, every log, every command and every port-forward;
 * what passes behind a proxy is never masked, and so never kept.
 */
export function keptParts({ caller, operation, decision }: Permit): KeptParts {
  const { power, stream, verb } = operation;
  const { bodies, stdin = false } = decision.record ?? {};
  if (power === 'exec' || power === 'attach')
    return { ...NOTHING, stream: stream?.isTty === true ? 'terminal' : 'events', isStdinKept: stdin };
  if (power === 'portforward') return { ...NOTHING, stream: 'events' };
  if (bodies === 'none' || !operation.isResourceRequest || power?.endsWith('-proxy') === true) return NOTHING;
  if (stream !== undefined) return { ...NOTHING, reply: 'lines' };
  const isMany = verb === 'list' || verb === 'watch' || verb === 'deletecollection';
  const isKept = !isMany || bodies !== undefined || caller.kind === 'autonomous';
  return {
    ...NOTHING,
    isRequestKept: operation.body !== undefined,
    reply: !isKept ? undefined : verb === 'watch' ? 'lines' : isMany ? 'items' : 'whole',
    bytesMax: bodies === 'full' || isMany ? undefined : KEPT_BODY_BYTES_MAX,
  };
}
