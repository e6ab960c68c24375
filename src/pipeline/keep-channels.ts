/*
 * What passes in an exec or attach is kept channel by channel, behind the masks; of a port-forward, which nobody masks, its connections: port, bytes and time.
 *
 * What the caller sends is a number of bytes and a keyed digest, unless a rule says that it is kept: passwords are typed there. So is an archive that a command says
 * (`kubectl cp`), whose files may be of any size: of an archive, said or sent, its files are told by name, size, mode and keyed digest.
 */

import type { Detection } from '../masking/detect/detection.ts';
import { isCopy } from '../masking/text/is-copy.ts';
import { maskedWords } from '../masking/text/masked-text.ts';
import type { Channel, ChannelObserver } from '../model/channels.ts';
import type { Permit } from '../model/permit.ts';
import type { DuplexReply } from '../model/reply.ts';
import type { Keeping, KeptEnd } from '../recording/keeping.ts';
import { knownProtocol, PROTOCOL_BYTES } from '../recording/known-protocol.ts';
import { ArchiveFiles } from './archive-files.ts';
import { keptParts } from './kept-parts.ts';
import { keptDetection, type Masking } from './masking.ts';
import type { OutputView } from './output-view.ts';
import type { Recording } from './recording.ts';

/**
 * Attaches to what passes. `view` makes of it what is kept, where that is not what the caller is shown.
 *
 * @throws {Refusal} OUTCOME_UNKNOWN it cannot be kept, so that the stream is not begun; the command may have run
 */
export function keepChannels(
  permit: Permit,
  reply: DuplexReply,
  masking: Pick<Masking, 'rules'>,
  recording: Pick<Recording, 'keep' | 'typed'>,
  view?: OutputView,
): void {
  const { stream: form, isStdinKept } = keptParts(permit);
  if (form === undefined || reply.channels === undefined) return;
  const { channels } = reply;
  let release: (() => void) | undefined;
  const { operation } = permit;
  const detection = keptDetection(masking, permit);
  const command = maskedWords(operation.stream?.argv ?? [], detection);
  const head = { form, part: 'stream', command } as const;
  const keeping = recording.keep(head, () => {
    release?.();
    release = undefined;
  });
  const give = (code: 'o' | 'e' | 'i', chunk: Uint8Array) => {
    if (!keeping.bytes(code, chunk)) release ??= channels.hold();
  };
  const taps = new StreamTaps(keeping, give, recording, {
    isStdinKept,
    ...archiveOf(operation.stream?.argv ?? []),
    exitCode: (said) => channels.exitCode(said),
    view,
    detection,
  });
  channels.attach((channel) => taps.of(channel));
  reply.socket.once('close', () => taps.end(reply.socket.readableEnded));
}

interface StreamTerms {
  readonly isStdinKept: boolean;
  /** Whether the command says an archive, or takes one. */
  readonly isArchive: boolean;
  readonly takesArchive: boolean;
  readonly exitCode: (said: Buffer) => number | undefined;
  readonly view: OutputView | undefined;
  /** What knows values in the names of an archive's files. */
  readonly detection: Detection;
}

/** Limit: bytes of what is said of a command's end. */
const ERROR_BYTES_MAX = 64 * 1024;

class StreamTaps {
  readonly #keeping: Keeping;
  readonly #give: (code: 'o' | 'e' | 'i', chunk: Uint8Array) => void;
  readonly #recording: Pick<Recording, 'typed'>;
  readonly #terms: StreamTerms;
  readonly #error: Buffer[] = [];
  readonly #connections = new Map<string, Connection>();
  #stdin: ReturnType<Recording['typed']> | undefined;
  #archive: ReturnType<Recording['typed']> | undefined;
  readonly #files: ArchiveFiles;

  constructor(
    keeping: Keeping,
    give: (code: 'o' | 'e' | 'i', chunk: Uint8Array) => void,
    recording: Pick<Recording, 'typed'>,
    terms: StreamTerms,
  ) {
    this.#keeping = keeping;
    this.#give = give;
    this.#recording = recording;
    this.#terms = terms;
    this.#files = new ArchiveFiles({
      typed: () => recording.typed(),
      onFile: (file) => keeping.told('file', { ...file }),
      detection: terms.detection,
    });
  }

  of(channel: Channel): ChannelObserver | undefined {
    const { name, direction } = channel;
    if (name === 'connection') return this.#connection(channel);
    if (direction === 'toUpstream') {
      if (name === 'resize') return seeing((chunk) => this.#resize(chunk));
      return name === 'stdin' ? this.#sent() : undefined;
    }
    if (name === 'stdout') return this.#terms.isArchive ? this.#archived() : this.#said('o');
    if (name === 'stderr') return this.#said('e');
    if (name !== 'error' || this.#connections.size > 0) return undefined;
    return seeing((chunk) => {
      const bytes = this.#error.reduce((sum, { length }) => sum + length, 0);
      if (bytes + chunk.length <= ERROR_BYTES_MAX) this.#error.push(Buffer.from(chunk));
    });
  }

  end(isWhole: boolean): void {
    for (const connection of this.#connections.values()) this.#told(connection);
    const exitCode = this.#error.length === 0 ? undefined : this.#terms.exitCode(Buffer.concat(this.#error));
    const end: KeptEnd = { isWhole, exitCode, stdin: this.#stdin?.end(), archive: this.#archive?.end() };
    this.#keeping.end({ ...end, files: this.#files.end() });
  }

  #said(code: 'o' | 'e'): ChannelObserver {
    const view = this.#terms.view?.({ isTerminal: false, isBinary: false });
    if (view === undefined) return seeing((chunk) => this.#give(code, chunk));
    const give = (bytes: Buffer) => {
      if (bytes.length > 0) this.#give(code, bytes);
    };
    // What is seen is not its own, and what is edited must be.
    return { kind: 'observer', see: (chunk) => give(view.write(Buffer.from(chunk))), end: () => give(view.end()) };
  }

  #sent(): ChannelObserver {
    const { isStdinKept, takesArchive } = this.#terms;
    const files = takesArchive ? this.#files : undefined;
    if (isStdinKept)
      return seeing((chunk) => {
        files?.take(chunk);
        this.#give('i', chunk);
      });
    const typed = this.#recording.typed();
    this.#stdin = typed;
    return seeing((chunk) => {
      files?.take(chunk);
      typed.take(chunk);
    });
  }

  #archived(): ChannelObserver {
    const archive = this.#recording.typed();
    this.#archive = archive;
    return seeing((chunk) => {
      if (!this.#terms.takesArchive) this.#files.take(chunk);
      archive.take(chunk);
    });
  }

  /** A size in JSON, as clients send it, whole in one frame. */
  #resize(chunk: Buffer): void {
    const found = /"Width":\s*(\d{1,4}).*?"Height":\s*(\d{1,4})/s.exec(chunk.toString('latin1'));
    if (found !== null) this.#keeping.resize(Number(found[1]), Number(found[2]));
  }

  #connection({ direction, port, connection: id = '' }: Channel): ChannelObserver {
    const connection = this.#connections.get(id) ?? {
      port: port ?? 0,
      bytesIn: 0,
      bytesOut: 0,
      fromCaller: NOTHING,
      fromOther: NOTHING,
      beganAt: performance.now(),
      open: 0,
      isTold: false,
    };
    this.#connections.set(id, connection);
    connection.open += 1;
    return {
      kind: 'observer',
      see(chunk) {
        if (direction === 'toUpstream') {
          connection.bytesIn += chunk.length;
          if (connection.fromCaller.length < PROTOCOL_BYTES)
            connection.fromCaller = firstOf(connection.fromCaller, chunk);
        } else {
          connection.bytesOut += chunk.length;
          if (connection.fromOther.length < PROTOCOL_BYTES) connection.fromOther = firstOf(connection.fromOther, chunk);
        }
      },
      end: () => {
        connection.open -= 1;
        if (connection.open > 0) return;
        this.#told(connection);
        this.#connections.delete(id);
      },
    };
  }

  #told(connection: Connection): void {
    const { port, bytesIn, bytesOut, fromCaller, fromOther, beganAt, isTold } = connection;
    if (isTold) return;
    connection.isTold = true;
    const protocol = knownProtocol(fromCaller, fromOther);
    const durationMs = Math.round(performance.now() - beganAt);
    const told = { port, bytesIn, bytesOut, durationMs, ...(protocol === undefined ? {} : { protocol }) };
    this.#keeping.told('connection', told);
  }
}

/** An archive that is taken is sent, and nothing of it is said. */
function archiveOf(argv: readonly string[]): Pick<StreamTerms, 'isArchive' | 'takesArchive'> {
  const isArchive = isCopy(argv);
  return {
    isArchive,
    takesArchive: isArchive && argv[0] === 'tar' && argv.some((word) => /^-?[a-z]*x[a-z]*f$/.test(word)),
  };
}

interface Connection {
  readonly port: number;
  bytesIn: number;
  bytesOut: number;
  /** The first bytes of each side. */
  fromCaller: Buffer;
  fromOther: Buffer;
  readonly beganAt: number;
  open: number;
  isTold: boolean;
}

const NOTHING = Buffer.alloc(0);

/** What came first, so far. */
function firstOf(before: Buffer, chunk: Buffer): Buffer {
  return Buffer.concat([before, chunk.subarray(0, PROTOCOL_BYTES - before.length)]);
}

function seeing(see: (chunk: Buffer) => void): ChannelObserver {
  return { kind: 'observer', see, end() {} };
}
