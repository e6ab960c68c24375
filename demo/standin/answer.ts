/** What a handler answers with, before it is written: the closed list of the ways there are. */

import type { Kind } from './kinds.ts';
import type { JsonObject } from './object.ts';
import type { WatchEvent } from './watch.ts';

export type Answer =
  /** An object or list, in the form that the caller takes; `kind` says how it becomes a table. */
  | {
      readonly is: 'object';
      readonly status: number;
      readonly object: JsonObject;
      readonly kind?: Kind;
      readonly warnings?: readonly string[];
    }
  /** Bytes that are settled: discovery, OpenAPI, health. */
  | {
      readonly is: 'text';
      readonly status: number;
      readonly text: string;
      readonly contentType: string;
      readonly headers?: { readonly [name: string]: string };
    }
  | {
      readonly is: 'watch';
      readonly kind: Kind;
      readonly run: (send: (event: WatchEvent) => void, signal: AbortSignal) => Promise<void>;
    }
  | {
      readonly is: 'stream';
      readonly contentType: string;
      readonly run: (send: (text: string) => void, signal: AbortSignal) => Promise<void>;
    };

export function text(body: string, status = 200): Answer {
  return {
    is: 'text',
    status,
    text: body,
    contentType: 'text/plain; charset=utf-8',
    headers: { 'x-content-type-options': 'nosniff' },
  };
}
