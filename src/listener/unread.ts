import type { Http2SecureServer } from 'node:http2';
import type { Socket } from 'node:net';
import type { RefusedReply } from '../model/reply.ts';
import { http } from '../std/node-http.ts';
import { endBehindAnswer } from './linger.ts';
import type { PeerOf } from './peers.ts';

/** Why the bytes of a connection are no request: its head is larger than `headersBytesMax`, it came too slowly, or it breaks HTTP's grammar. */
export type Unread = 'too-large' | 'too-slow' | 'malformed';

/** The answer to bytes that are no request, told to whoever counts them. */
export type AnswerUnread = (why: Unread, peer: string) => RefusedReply;

const CODES: Readonly<Record<string, Unread>> = {
  HPE_HEADER_OVERFLOW: 'too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'too-slow',
};

/**
 * Answers what Node's parser refuses in place of Node's own bare words, and ends the connection: what comes behind it cannot be told from its rest.
 * A connection on which a reply has begun, or that went away, is only ended.
 */
export function answerUnread(
  server: Http2SecureServer,
  answer: AnswerUnread,
  { isBusy, peerOf }: { readonly isBusy: (socket: Socket) => boolean; readonly peerOf: PeerOf },
  lingerMs: number,
): void {
  const answered = new WeakSet<Socket>();
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // The parser complains of each further piece too.
    if (answered.has(socket)) return;
    answered.add(socket);
    if (error.code === 'ECONNRESET' || !socket.writable || isBusy(socket)) return void socket.destroy();
    const { status, headers, body } = answer(CODES[error.code ?? ''] ?? 'malformed', peerOf(socket));
    const lines = [`HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? ''}`];
    for (let i = 0; i < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`);
    socket.write(`${lines.join('\r\n')}\r\nconnection: close\r\n\r\n`);
    socket.write(body);
    socket.on('data', () => {}).resume();
    endBehindAnswer(socket, lingerMs);
  });
}
