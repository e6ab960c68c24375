import { refusalReply } from '../connectors/kubernetes/status.ts';
import type { ListenerLimits } from '../listener/limits.ts';
import type { AnswerUnread, Unread } from '../listener/unread.ts';
import { Refusal } from '../model/refusal.ts';
import type { Observer } from '../pipeline/record-ports.ts';
import type { Clock } from '../std/clock.ts';
import { newExchangeId } from '../std/ids.ts';
import { unreachable } from '../std/unreachable.ts';

/** Says to bytes that are no request what any other refusal says, and tells of them in the log and the metrics; the journal has requests alone. */
export function answersToUnread(limits: ListenerLimits, observer: Observer, clock: Clock): AnswerUnread {
  return (why, peer) => {
    const id = newExchangeId(clock.now());
    const refusal = refusalOf(why, limits);
    observer.unauthenticated(refusal.code, refusal, { id, peer });
    return refusalReply(refusal, { id, method: '', rawHeaders: [] });
  };
}

function refusalOf(why: Unread, limits: ListenerLimits): Refusal {
  switch (why) {
    case 'too-large':
      return new Refusal(
        'HEADERS_TOO_LARGE',
        `the request line and headers have more bytes than \`limits.wire.headersBytesMax\`, which is ${limits.headersBytesMax}`,
        { advice: 'the arguments of an exec stand in the request line: send what is long on standard input' },
      );
    case 'too-slow':
      return new Refusal(
        'REQUEST_TIMEOUT',
        `the request did not arrive within \`limits.wire.headersTimeoutMs\`, which is ${limits.headersTimeoutMs}, or \`limits.wire.requestTimeoutMs\`, which is ${limits.requestTimeoutMs}`,
      );
    case 'malformed':
      return new Refusal('REQUEST_MALFORMED', 'the bytes are no request of HTTP/1.1');
    default:
      return unreachable(why);
  }
}
