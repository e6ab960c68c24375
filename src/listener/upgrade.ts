/*
 * A client that asks to leave HTTP: exec, attach, port-forward.
 *
 * Its socket is left alone until the answer is there. A duplex answer is written as it came from upstream, and bytes pass both ways from then
 * on. Any other answer is written as an ordinary reply and the connection ends: nothing that the client sent behind its request is
 * read, so no pipe is left to anything (CVE-2018-1002105).
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { DuplexReply } from '../model/reply.ts';
import { http } from '../std/node-http.ts';
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
  const { target, prefix, raw } = http1Request(context, request);
  const answer = await answerOf(context, target, { ...raw, upgrade: { socket, head } }, aborter.signal);
  if (answer.kind !== 'duplex') return sendAndClose(context, request, answer, prefix);
  if (hasBody(request)) context.onFault(new Error('a duplex reply to an upgrade request that has a body'));
  if (aborter.signal.aborted || hasBody(request)) {
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

/** The data path refuses such a request. Node takes the body out of what comes: a server that does not would take it for the other protocol's first bytes. */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

function sendAndClose(
  context: ExchangeContext,
  request: IncomingMessage,
  answer: Parameters<ReplyWriter['send']>[0],
  prefix: string,
): void {
  const { socket } = request;
  const response = new http.ServerResponse(request);
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
  let text = `HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? ''}\r\n`;
  for (let i = 0; i < headers.length; i += 2) {
    if (!isOfOrigin(headers[i] as string)) text += `${headers[i]}: ${headers[i + 1]}\r\n`;
  }
  return Buffer.from(`${text}\r\n`, 'latin1');
}
