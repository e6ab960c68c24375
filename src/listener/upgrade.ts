/*
 * A client that asks to leave HTTP: exec, attach, port-forward.
 *
 * Its socket is left alone until the answer is there. A duplex answer is written as it came from upstream, and bytes pass both ways from then
 * on. Any other answer is written as an ordinary reply and the connection ends: nothing that the client sent behind its request is
 * read, so no pipe is left to anything (CVE-2018-1002105).
 */
import { type IncomingMessage, ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { DuplexReply } from '../model/reply.ts';
import { answerOf, clientGone, type ExchangeContext } from './exchange.ts';
import { Http1Wire, http1Request } from './http1.ts';
import { isOfOrigin } from './reply-head.ts';
import { ReplyWriter } from './reply-writer.ts';
import { splice } from './splice.ts';

/** Serves one upgrade request; `socket` is the connection, `head` what the client sent behind the request. */
export async function serveUpgrade(
  context: ExchangeContext,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  const aborter = new AbortController();
  const onGone = () => aborter.abort(clientGone());
  socket.on('error', () => {});
  socket.once('end', onGone).once('close', onGone);
  if (hasBody(request)) return void socket.end(BODY_REFUSED, () => socket.destroy());
  const { target, prefix, raw } = http1Request(context, request);
  const answer = await answerOf(context, target, { ...raw, upgrade: { socket, head } }, aborter.signal);
  if (answer.kind !== 'duplex') return sendAndClose(context, request, socket as Socket, answer, prefix);
  if (aborter.signal.aborted) {
    socket.destroy();
    answer.socket.destroy();
    return;
  }
  socket.off('end', onGone);
  // Who has said all may still be told something.
  socket.allowHalfOpen = true;
  socket.write(headBytes(answer));
  if (answer.head.length > 0) socket.write(answer.head);
  if (head.length > 0) answer.socket.write(head);
  splice(socket, answer.socket, context.limits);
}

/** A body in front of the other protocol is read by some servers and taken for that protocol's first bytes by others. */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

const BODY_REFUSED = 'HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n';

function sendAndClose(
  context: ExchangeContext,
  request: IncomingMessage,
  socket: Socket,
  answer: Parameters<ReplyWriter['send']>[0],
  prefix: string,
): void {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  const writer = new ReplyWriter(new Http1Wire(context, request, response), context.progress);
  socket.on('drain', () => writer.drained());
  socket.once('close', () => writer.closed());
  // Security: whatever the client sent behind its request is never read; without this T33 fails.
  response.once('finish', () => socket.destroySoon());
  writer.send(answer, prefix);
}

/** The head of a switch of protocols, as upstream sent it, `Connection` and `Upgrade` included, without what speaks for a whole origin. */
function headBytes({ status, headers }: DuplexReply): Buffer {
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;
  for (let i = 0; i < headers.length; i += 2) {
    if (!isOfOrigin(headers[i] as string)) text += `${headers[i]}: ${headers[i + 1]}\r\n`;
  }
  return Buffer.from(`${text}\r\n`, 'latin1');
}
