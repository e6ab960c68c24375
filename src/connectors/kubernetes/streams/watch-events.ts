import type { StreamEnd } from '../../../model/channels.ts';
import { bytesField, statusProtobuf, textField } from '../status-protobuf.ts';
import { endStatus } from './goodbye.ts';

/** How the events of a watch stand one behind the other. */
export interface WatchEvents {
  /** Whether a message of it is text. */
  readonly isText: boolean;
  /** Hears of bytes that pass. */
  take(bytes: Uint8Array): void;
  /** Whether what has passed is whole events. */
  readonly isWhole: boolean;
  /** How many of the bytes belong to the event that is under way; all where it is not over with them. */
  untilWhole(bytes: Uint8Array): number;
  /** An ERROR event, in the same encoding. */
  error(reason: StreamEnd): Buffer;
}

/** How the events of a reply are framed; undefined for an encoding that is not known, or compressed. */
export function eventsOf(headers: readonly string[]): WatchEvents | undefined {
  const headerOf = (wanted: string) =>
    headers.find((_, i) => i % 2 === 1 && headers[i - 1]?.toLowerCase() === wanted)?.toLowerCase() ?? '';
  if (!['', 'identity'].includes(headerOf('content-encoding'))) return undefined;
  const [type = ''] = headerOf('content-type').split(';');
  if (type.trim() === 'application/json') return new LineEvents();
  return type.trim() === 'application/vnd.kubernetes.protobuf' ? new LengthEvents() : undefined;
}

const LINE_FEED = 0x0a;

/** JSON, one event a line. */
class LineEvents implements WatchEvents {
  readonly isText = true;
  isWhole = true;

  take(bytes: Uint8Array): void {
    if (bytes.length > 0) this.isWhole = bytes.at(-1) === LINE_FEED;
  }

  untilWhole(bytes: Uint8Array): number {
    if (this.isWhole) return 0;
    const at = bytes.indexOf(LINE_FEED);
    return at === -1 ? bytes.length : at + 1;
  }

  error(reason: StreamEnd): Buffer {
    return Buffer.from(`${JSON.stringify({ type: 'ERROR', object: endStatus(reason) })}\n`);
  }
}

const LENGTH_BYTES = 4;

/** Protobuf, each event behind its length. */
class LengthEvents implements WatchEvents {
  readonly isText = false;
  #lengthBytes = 0;
  #length = 0;
  #left = 0;

  get isWhole(): boolean {
    return this.#lengthBytes === 0 && this.#left === 0;
  }

  take(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) at += this.#step(bytes, at);
  }

  untilWhole(bytes: Uint8Array): number {
    const ahead = new LengthEvents();
    ahead.#lengthBytes = this.#lengthBytes;
    ahead.#length = this.#length;
    ahead.#left = this.#left;
    let at = 0;
    while (!ahead.isWhole && at < bytes.length) at += ahead.#step(bytes, at);
    return at;
  }

  /**
   * The event is a message without an envelope, the object in it one with.
   *
   * Source: `WatchEvent`, https://github.com/kubernetes/apimachinery/blob/v0.35.4/pkg/apis/meta/v1/generated.proto;
   * https://github.com/kubernetes/apimachinery/blob/v0.35.4/pkg/util/framer/framer.go
   */
  error(reason: StreamEnd): Buffer {
    const object = statusProtobuf({ ...endStatus(reason), details: { causes: [] } });
    const event = Buffer.concat([textField(1, 'ERROR'), bytesField(2, bytesField(1, object))]);
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32BE(event.length);
    return Buffer.concat([length, event]);
  }

  #step(bytes: Uint8Array, at: number): number {
    if (this.#left > 0) {
      const taken = Math.min(this.#left, bytes.length - at);
      this.#left -= taken;
      return taken;
    }
    this.#length = (this.#length * 256 + (bytes[at] as number)) % 0x1_0000_0000;
    this.#lengthBytes++;
    if (this.#lengthBytes === LENGTH_BYTES) {
      this.#left = this.#length;
      this.#lengthBytes = 0;
      this.#length = 0;
    }
    return 1;
  }
}
