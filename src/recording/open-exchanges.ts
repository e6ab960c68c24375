import type { ExchangeId, SessionId } from '../std/ids.ts';
import { unreachable } from '../std/unreachable.ts';
import type { Event } from './event.ts';

/** The exchanges that are open after an event, in `open` itself, which is returned; a segment's first line and what follows it start afresh. */
export function trackOpen(open: Map<ExchangeId, SessionId>, event: Event): Map<ExchangeId, SessionId> {
  switch (event.type) {
    case 'journal.segment':
      open.clear();
      return open;
    case 'journal.carried':
      for (const [exchange, session] of event.exchanges) open.set(exchange, session);
      return open;
    case 'exchange.begun':
      return open.set(event.exchange, event.session);
    case 'exchange.ended':
      open.delete(event.exchange);
      return open;
    case 'journal.recovered':
    case 'gateway.started':
    case 'gateway.stopped':
    case 'policy.loaded':
    case 'policy.refused':
    case 'caller.throttled':
    case 'mask.guessed':
    case 'mask.returned':
    case 'grant.changed':
    case 'kill.changed':
    case 'token.changed':
    case 'login.changed':
    case 'target.changed':
    case 'key.changed':
    case 'delegation.changed':
    case 'approval.changed':
    case 'exchange.permitted':
    case 'exchange.recorded':
    case 'recording.read':
    case 'retention.applied':
    case 'copy.refused':
      return open;
    default:
      return unreachable(event);
  }
}
