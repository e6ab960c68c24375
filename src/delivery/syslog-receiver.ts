/*
 * Syslog over TLS. The protocol has no answer, so each parcel has a connection of its own: it has been taken when the receiver, told that nothing more comes, has closed
 * its side too, which it does when it has read all.
 *
 * Source: RFC 5424 (messages), RFC 5425 (TLS, octet counting)
 */
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { SendFailure } from '../control/notices/send-failure.ts';
import type { ExportedRecord } from '../recording/formats/exported.ts';
import { type Parcel, type Receiver, TAKEN } from './receiver.ts';

/** Which server, who vouches for it, and as whom it is told. Read for each parcel. */
export interface SyslogPlace {
  readonly host: string;
  readonly port: number;
  /** What signs its certificate, in PEM; the machine's own authorities where absent. */
  readonly ca: (() => string) | undefined;
  readonly own: (() => { readonly certificate: string; readonly key: string }) | undefined;
}

export function syslogReceiver(place: SyslogPlace): Receiver {
  return {
    async take(parcel, signal) {
      const socket = opened(place);
      const stop = () => socket.destroy(new SendFailure('it took too long'));
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      try {
        await closed(socket, parcel.records.map((record) => framed(messageOf(record, parcel))).join(''));
      } finally {
        signal.removeEventListener('abort', stop);
        socket.destroy();
      }
      return TAKEN;
    },
  };
}

function opened({ host, port, ca, own }: SyslogPlace): TLSSocket {
  const pair = own?.();
  return connect({
    host,
    port,
    minVersion: 'TLSv1.2',
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca === undefined ? {} : { ca: ca() }),
    ...(pair === undefined ? {} : { cert: pair.certificate, key: pair.key }),
  });
}

/** Limit: how long the receiver may take to break off what it does not want; a close that comes before we have ended is no answer. */
const SETTLE_MS = 100;

/** Resolves when the receiver has closed its side behind all of it. */
function closed(socket: TLSSocket, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let hasEnded = false;
    const end = () => {
      hasEnded = true;
      socket.end();
    };
    socket.once('secureConnect', () => socket.write(text, 'latin1', () => setTimeout(end, SETTLE_MS)));
    // What a receiver says is nothing of the protocol; unread it would hold its end back.
    socket.resume();
    socket.once('end', () =>
      hasEnded ? resolve() : reject(new SendFailure('it closed the connection before it was told all')),
    );
    socket.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error instanceof SendFailure ? error : new SendFailure(`it could not be reached: ${error.code ?? error.name}`),
      ),
    );
    socket.once('close', () => reject(new SendFailure('it closed the connection')));
  });
}

function framed(message: string): string {
  return `${message.length} ${message}`;
}

/** Source: RFC 5424, 6.2.1: facility 13 is log audit; severity 6 informational, 4 warning */
const [FACILITY, INFORMATIONAL, WARNING] = [13, 6, 4];
/** Source: RFC 5424, 7.3.1 */
const SEQUENCE_ID_MAX = 2_147_483_647;

/** One message: ASCII alone, so that its characters are its bytes. */
function messageOf({ seq, at, type, isNotable, text }: ExportedRecord, { gateway }: Parcel): string {
  const priority = FACILITY * 8 + (isNotable ? WARNING : INFORMATIONAL);
  const host = gateway.replace(/[^!-~]/g, '-').slice(0, 255) || '-';
  const sequence = ((seq - 1) % SEQUENCE_ID_MAX) + 1;
  const head = `<${priority}>1 ${new Date(at).toISOString()} ${host} sallyport - ${type} [meta sequenceId="${sequence}"]`;
  return `${head} ${ascii(text)}`;
}

/** The same JSON without characters beyond ASCII. */
function ascii(json: string): string {
  return json.replace(/[^\0-~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
