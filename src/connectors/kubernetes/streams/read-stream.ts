import type { TapFor } from '../../../model/channels.ts';
import type { PortLimit } from '../../../model/decision.ts';
import type { Permit } from '../../../model/permit.ts';
import { Refusal } from '../../../model/refusal.ts';
import type { Reply } from '../../../model/reply.ts';
import { CodecSocket } from './codec-socket.ts';
import { exitCode } from './exit-code.ts';
import type { Codec } from './lane.ts';
import { MessageLane } from './message-lane.ts';
import { SpdyLane } from './spdy-lane.ts';
import { type Purpose, SpdyStreams } from './spdy-streams.ts';
import { messageProtocol, type StreamProtocol, spokenProtocol, streamProtocol } from './stream-protocol.ts';
import { Taps } from './taps.ts';

/**
 * What makes the reply to a permit for exec, attach or port-forward one that is read as it passes: of which the channels can be edited and seen, that can
 * say goodbye, and of which no port beyond those of the decision is opened. Any other reply stays as it is.
 *
 * The function throws, with the connection destroyed, where upstream does not speak what was asked for: OUTCOME_UNKNOWN.
 *
 * @throws {Refusal} QUERY_AMBIGUOUS the ports had to stand in the query, and none do
 */
export function readStream({ operation, request, decision }: Permit): (reply: Reply) => Reply {
  const { power, stream } = operation;
  if (power !== 'exec' && power !== 'attach' && power !== 'portforward') return (reply) => reply;
  const asked = streamProtocol(request, power);
  const ports = stream?.ports ?? [];
  // Ports in the query have been judged there.
  if (power === 'portforward' && decision.ports !== undefined && asked === 'channels' && ports.length === 0)
    throw new Refusal(
      'QUERY_AMBIGUOUS',
      'a port-forward in WebSocket channels names its ports in the query, and this names none',
      {
        advice: 'add `ports=` to the query',
      },
    );
  const purpose: Purpose =
    power === 'portforward'
      ? { kind: 'portforward', judge: (port) => judgePort(decision.ports, port) }
      : { kind: 'command' };
  return (reply) => {
    if (reply.kind !== 'duplex') return reply;
    const spoken = spokenProtocol(asked, reply.headers);
    if (spoken === undefined) {
      reply.socket.destroy();
      throw new Refusal('OUTCOME_UNKNOWN', 'the target switched to a protocol that cannot be read as it passes');
    }
    const taps = new Taps();
    const socket = new CodecSocket(reply.socket, reply.head, codecOf(asked, spoken, purpose, ports, taps));
    const channels = { attach: (tapFor: TapFor) => taps.attach(tapFor), hold: () => socket.hold(), exitCode };
    return { ...reply, socket, head: Buffer.alloc(0), channels, end: (reason) => socket.sayGoodbye(reason) };
  };
}

function codecOf(asked: StreamProtocol, spoken: string, purpose: Purpose, ports: readonly number[], taps: Taps): Codec {
  const hasStatus = /^v[45]\./.test(spoken);
  if (asked === 'channels') {
    const protocol = messageProtocol(
      spoken,
      purpose.kind === 'command' ? { kind: 'command' } : { kind: 'portforward', ports },
    );
    const lane = (side: 'client' | 'upstream') => new MessageLane(side, protocol, taps);
    return { toUpstream: lane('client'), toCaller: lane('upstream'), hasStatus };
  }
  const streams = new SpdyStreams(purpose, taps);
  const lane = (side: 'client' | 'upstream') => new SpdyLane(side, asked, streams);
  return { toUpstream: lane('client'), toCaller: lane('upstream'), hasStatus };
}

/** @throws {Refusal} DENIED_BY_RULE */
function judgePort(limit: PortLimit | undefined, port: number): void {
  if (limit === undefined) return;
  const isAllowed = 'allowed' in limit ? limit.allowed.includes(port) : !limit.denied.includes(port);
  if (isAllowed) return;
  const which = 'allowed' in limit ? `the rules allow ${limit.allowed.join(', ')} alone` : 'a rule denies it';
  throw new Refusal('DENIED_BY_RULE', `the stream was cut: it was to open port ${port}, and ${which}`);
}
