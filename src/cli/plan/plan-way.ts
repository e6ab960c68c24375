import type { Duplex } from 'node:stream';
import type { ByteSource } from '../../std/byte-source.ts';

/** A request for the gateway, as its caller; see `Upstream`. */
export interface SentRequest {
  readonly method: string;
  readonly uri: string;
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: Buffer | undefined;
  readonly identity: undefined;
  readonly isStream: boolean;
  readonly isOpaque: boolean;
}

/** The way of a kubeconfig's context, with the caller's own credential. */
export interface PlanWay {
  send(
    request: SentRequest,
    signal: AbortSignal,
  ): Promise<{ readonly status: number; readonly headers: readonly string[]; readonly body: ByteSource }>;
  /** Asks to leave HTTP: a `duplex` where that is done. */
  upgrade(request: SentRequest, protocol: UpgradeProtocol, signal: AbortSignal): Promise<UpgradeAnswer>;
  close(): Promise<void>;
}

export type UpgradeProtocol = 'websocket' | 'spdy/3.1';

type UpgradeAnswer =
  | { readonly kind: 'duplex'; readonly socket: Duplex }
  | { readonly kind: 'unary' | 'stream'; readonly status: number; readonly body: ByteSource };

/** @throws {CliError} the context cannot be used */
export type OpenPlanWay = (file: string, context: string) => PlanWay;
