import type { Permit } from '../../../model/permit.ts';
import { Refusal } from '../../../model/refusal.ts';
import type { Reply } from '../../../model/reply.ts';
import { PortGate } from './port-gate.ts';
import { isSpoken, streamProtocol } from './stream-protocol.ts';
import { WatchedSocket } from './watched-socket.ts';

/**
 * What makes the reply to a permit one that opens no port beyond those of its decision; the same reply where it allows any, or is for no port-forward.
 *
 * The function throws, with the connection destroyed, where upstream does not speak what was asked for: OUTCOME_UNKNOWN.
 *
 * @throws {Refusal} QUERY_AMBIGUOUS the ports had to stand in the query, and none do
 */
export function watchPorts({ operation, request, decision }: Permit): (reply: Reply) => Reply {
  const { ports } = decision;
  if (operation.power !== 'portforward' || ports === undefined) return (reply) => reply;
  const protocol = streamProtocol(request);
  // Ports in the query have been judged there.
  if (protocol === 'channels' && operation.stream?.ports.length === 0)
    throw new Refusal(
      'QUERY_AMBIGUOUS',
      'a port-forward in WebSocket channels names its ports in the query, and this names none',
      {
        advice: 'add `ports=` to the query',
      },
    );
  return (reply) => {
    if (reply.kind !== 'duplex') return reply;
    if (!isSpoken(protocol, reply.headers)) {
      reply.socket.destroy();
      throw new Refusal('OUTCOME_UNKNOWN', 'the target switched to a protocol in which ports cannot be told');
    }
    if (protocol === 'channels') return reply;
    return { ...reply, socket: new WatchedSocket(reply.socket, new PortGate(protocol, ports)) };
  };
}
