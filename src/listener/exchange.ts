import type { Answer } from '../model/reply.ts';
import type { RawRequest } from '../model/request.ts';
import type { Clock } from '../std/clock.ts';
import type { ListenerLimits } from './limits.ts';
import type { PeerOf } from './peers.ts';
import type { Progress } from './progress.ts';
import type { Routes } from './route.ts';

/** The data path, as the listener sees it. It answers always; that it throws is a bug. */
export type Serve = (target: string | undefined, raw: RawRequest, signal: AbortSignal) => Promise<Answer>;

/** What every exchange of a listener needs. */
export interface ExchangeContext {
  readonly serve: Serve;
  readonly routes: Routes;
  readonly limits: ListenerLimits;
  readonly clock: Clock;
  readonly progress: Progress;
  readonly peerOf: PeerOf;
  /** What should not have happened: a bug, for the log. The client gets no word of it. */
  readonly onFault: (error: unknown) => void;
  /** It still serves, and lets clients go elsewhere behind each answer. */
  isDraining: boolean;
  /** The listener finishes what is in flight and takes nothing new. */
  isStopping: boolean;
}

/** Why the signal of an exchange aborts. */
export function clientGone(): Error {
  return new Error('the client went away');
}

/** The answer of the data path; a bug in it is told, and its client gets a bare 500 with no word of why. */
export async function answerOf(
  { serve, onFault }: ExchangeContext,
  target: string | undefined,
  raw: RawRequest,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    return await serve(target, raw, signal);
  } catch (error) {
    onFault(error);
    return faultReply();
  }
}

/** A bare 500. */
export function faultReply(): Extract<Answer, { kind: 'refused' }> {
  return { kind: 'refused', status: 500, headers: ['content-length', '0'], body: new Uint8Array(0) };
}
