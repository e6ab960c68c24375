/*
 * A mail by a server inside one's own network, which takes mails without a login. What is told is for nobody on the way: unless the server is this very machine, it has to
 * offer STARTTLS with a certificate that is trusted.
 *
 * Source: RFC 5321 (SMTP), RFC 3207 (STARTTLS), RFC 5322 (messages), RFC 2047 (words in headers)
 */
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Notice } from './notice.ts';
import type { Notifier } from './notifier.ts';
import { SendFailure } from './send-failure.ts';

/** Which server, and whose mail it is. */
export interface MailPlace {
  readonly host: string;
  readonly port: number;
  readonly from: string;
  readonly to: readonly string[];
  /** What signs its certificate, in PEM; the machine's own authorities where absent. */
  readonly ca?: string;
}

/** Limit: bytes of one reply of the server. */
const REPLY_BYTES_MAX = 64 * 1024;

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

/** One mail a notice; a mail cannot be changed later. */
export function mail(place: MailPlace): Notifier {
  return {
    async send(notice, { signal, link, nowMs }) {
      const session = new Session(await opened(place, signal), signal);
      try {
        await session.reply([220]);
        let offers = await session.say('EHLO sallyport', [250]);
        if (/^250[ -]STARTTLS$/im.test(offers)) {
          await session.say('STARTTLS', [220]);
          await session.secure(place);
          offers = await session.say('EHLO sallyport', [250]);
        } else if (!LOOPBACK.has(place.host)) throw new SendFailure('it offers no STARTTLS', true);
        await session.say(`MAIL FROM:<${place.from}>`, [250]);
        for (const to of place.to) await session.say(`RCPT TO:<${to}>`, [250, 251]);
        await session.say('DATA', [354]);
        await session.say(`${stuffed(messageOf(notice, place, link, nowMs))}\r\n.`, [250]);
        await session.say('QUIT', [221]);
      } finally {
        session.end();
      }
      return undefined;
    },
  };
}

function opened({ host, port }: MailPlace, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectPlain({ host, port, signal });
    socket.once('connect', () => resolve(socket));
    socket.once('error', (error: NodeJS.ErrnoException) => reject(unreached(error)));
  });
}

function unreached(error: NodeJS.ErrnoException): SendFailure {
  return new SendFailure(`it could not be reached: ${error.code ?? error.name}`);
}

/** Says one line at a time, and takes one reply to each. */
class Session {
  #socket: Socket;
  readonly #signal: AbortSignal;
  #text = '';
  #taken: (() => void) | undefined;
  #failure: Error | undefined;

  constructor(socket: Socket, signal: AbortSignal) {
    this.#socket = socket;
    this.#signal = signal;
    this.#listen();
  }

  say(line: string, wanted: readonly number[]): Promise<string> {
    this.#socket.write(`${line}\r\n`);
    return this.reply(wanted);
  }

  /** A reply of one line or several. @throws {SendFailure} it is another than is wanted */
  async reply(wanted: readonly number[]): Promise<string> {
    for (;;) {
      const [all] = /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\n/.exec(this.#text) ?? [];
      if (all !== undefined) {
        this.#text = this.#text.slice(all.length);
        const code = Number(/(\d{3})(?: [^\n]*)?\n$/.exec(all)?.[1]);
        // Source: RFC 5321, 4.2.1: 5yz will not be otherwise the next time.
        if (!wanted.includes(code)) throw new SendFailure(`it answered ${code}`, code >= 500);
        return all.replaceAll('\r', '');
      }
      if (this.#text.length > REPLY_BYTES_MAX) throw new SendFailure('its answer is too long');
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#taken = resolve;
      });
    }
  }

  /** Goes on under TLS. Security: what came before it counts for nothing. */
  async secure({ host, ca }: MailPlace): Promise<void> {
    this.#socket.removeAllListeners();
    this.#text = '';
    const name = isIP(host) === 0 ? { servername: host } : {};
    const socket = connectTls({ socket: this.#socket, host, ...name, ...(ca === undefined ? {} : { ca }) });
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', (error: NodeJS.ErrnoException) => reject(unreached(error)));
    });
    this.#socket = socket;
    this.#listen();
  }

  end(): void {
    this.#socket.destroy();
  }

  #listen(): void {
    const failed = (error: Error) => {
      this.#failure ??= error;
      this.#taken?.();
    };
    this.#socket.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('latin1');
      this.#taken?.();
    });
    this.#socket.on('error', (error: NodeJS.ErrnoException) => failed(unreached(error)));
    this.#socket.on('close', () => failed(new SendFailure('it closed the connection')));
    this.#signal.addEventListener('abort', () => failed(new SendFailure('it took too long')), { once: true });
  }
}

function messageOf({ id, about, title, facts }: Notice, { from, to }: MailPlace, link: string, nowMs: number): string {
  const text = [title, '', ...facts, ...(link === '' ? [] : ['', link])].join('\n');
  const lines = (
    Buffer.from(text)
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  ).join('\r\n');
  const thread = `<${Buffer.from(about).toString('hex')}@sallyport>`;
  return [
    `From: <${from}>`,
    `To: ${to.map((address) => `<${address}>`).join(', ')}`,
    `Subject: ${encoded(title)}`,
    `Date: ${new Date(nowMs).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${Buffer.from(id).toString('hex')}@sallyport>`,
    `References: ${thread}`,
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    lines,
  ].join('\r\n');
}

/** Limit: bytes of one encoded word. Security: whoever names an object writes no header, since each word is encoded. */
const WORD_BYTES_MAX = 45;

function encoded(title: string): string {
  const words: string[] = [];
  let word = '';
  for (const character of title) {
    if (Buffer.byteLength(word + character) > WORD_BYTES_MAX) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  return [...words, word].map((each) => `=?utf-8?B?${Buffer.from(each).toString('base64')}?=`).join('\r\n ');
}

/** Source: RFC 5321, 4.5.2 */
function stuffed(message: string): string {
  return message.replaceAll(/^\./gm, '..');
}
