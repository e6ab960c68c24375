import type { z } from 'zod';
import type { Caller } from '../model/caller.ts';
import type { Role, RoleName } from '../policy/role.ts';
import type { ConsoleSession } from './sign-in/console-sessions.ts';

/** A request of the control plane, checked. */
export interface Asked {
  /** Of a route that needs nobody, nobody. */
  readonly caller: Caller;
  readonly roles: readonly Role[];
  readonly path: Readonly<Record<string, string>>;
  readonly query: unknown;
  readonly body: unknown;
  readonly idempotencyKey: string | undefined;
  /** The version that `If-Match` names. */
  readonly version: number | undefined;
  /** Of a browser that signed in. */
  readonly session: ConsoleSession | undefined;
  /** Of a route that takes what it verifies itself. */
  readonly raw?: Raw;
}

/** A body byte for byte, and headers by their lower-case names. */
export interface Raw {
  readonly bytes: Uint8Array;
  readonly header: (name: string) => string | undefined;
}

/** What a route answers. */
export type Answered =
  | {
      readonly status: number;
      readonly body: unknown;
      readonly version?: number;
      /** `Set-Cookie`, each. */
      readonly cookies?: readonly string[];
    }
  /** Lines as they are read, each JSON; whoever reads slowly is waited for. */
  | { readonly lines: AsyncIterable<Uint8Array>; readonly type: string }
  /**
   * Server-sent events: `begin` is given where to send, and returns what ends it. What is sent faster than it is read is cut, so `Send` says whether its reader keeps up. What
   * cannot be told is given to `broken`, which cuts the stream: its reader reads again from a list.
   */
  | { readonly begin: (send: Send, broken: (thrown: unknown) => void) => () => void };

/** Sends an event; false: its reader does not keep up, and who can wait does. */
export type Send = (event: string, data: unknown) => boolean;

/** One operation of `/api/v1`: the router, the OpenAPI document and the test that walks them all read this. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Behind `/api/v1`; `{id}` is one segment. */
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  /** `nobody`: without a token. `caller`: any; the handler looks at whose it is. Else one of these roles, somewhere. */
  readonly needs: 'nobody' | 'caller' | readonly RoleName[];
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** `form`: a form that the handler reads and verifies itself, byte for byte. Absent: JSON, as `body` says. */
  readonly takes?: 'form';
  /** Bytes of a body; absent: as many as `CONTROL_LIMITS` lets. */
  readonly bodyBytesMax?: number;
  readonly answer: {
    readonly status: number;
    readonly schema: z.ZodType | 'events' | 'lines';
    readonly description: string;
  };
  readonly handle: (asked: Asked) => Promise<Answered>;
}
