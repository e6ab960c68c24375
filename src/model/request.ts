import type { Duplex, Readable } from 'node:stream';
import type { ExchangeId } from '../std/ids.ts';

/** A request as the listener took it from the wire, before anything was believed. */
export interface RawRequest {
  readonly id: ExchangeId;
  readonly method: string;
  /** The request target behind the target's prefix, byte for byte as it came: `/api/v1/pods?limit=1`. */
  readonly uri: string;
  /** Header names and values in turn, as received; nothing joined, nothing dropped. */
  readonly rawHeaders: readonly string[];
  readonly httpVersion: '1.0' | '1.1' | '2.0';
  /** The address of the other end of the TCP connection; no header is believed about it. */
  readonly peer: string;
  readonly body: Readable;
  /** Set where the client asked to leave HTTP. */
  readonly upgrade: Upgrade | undefined;
  /** It is not meant: its caller asks what would become of it. Nothing of it is done. */
  readonly isPlanned?: true;
}

/** The connection of a client that asks for an upgrade, and what it has already sent behind its request. */
export interface Upgrade {
  readonly socket: Duplex;
  readonly head: Buffer;
}

/**
 * A request in normal form: limits kept, credentials taken out, identity headers gone.
 *
 * Only `accept` makes one.
 */
export interface Request {
  readonly id: ExchangeId;
  readonly method: string;
  readonly uri: string;
  readonly headers: Headers;
  /** What the caller is told beside the reply, in Warning headers. */
  readonly warnings: readonly string[];
  /** The header by which the caller asks to act as somebody else; such a request is refused once its caller is known. */
  readonly impersonation: string | undefined;
  readonly httpVersion: '1.1' | '2.0';
  readonly peer: string;
  /** What the caller presents; held here until `authenticate` has read it, and nowhere else. */
  readonly token: string | undefined;
  readonly upgrade: (Upgrade & { readonly protocol: UpgradeProtocol }) | undefined;
  /**
   * The body, read whole at the first call, and the same bytes at each later one.
   *
   * @throws {Refusal} BODY_TOO_LARGE more than `bodyBytesMax`; REQUEST_TIMEOUT it did not come in time; CALLER_GONE
   */
  readBody(): Promise<Buffer>;
}

export type UpgradeProtocol = 'websocket' | 'spdy/3.1';

/** Headers by lower-case name, each with all its values in the order received. */
export type Headers = ReadonlyMap<string, readonly string[]>;
