import type { JsonObject } from './operation.ts';

/** Whether a change could be undone, as far as can be said before it is done. */
export type UndoForeseen =
  | { readonly kind: 'some' /** What does not come back, in words. */; readonly lost: readonly string[] }
  | { readonly kind: 'none'; readonly why: string };

/** The request that undoes a change, as things are now; or why there is none. */
export type WayBack =
  | {
      readonly kind: 'request';
      readonly method: 'PUT' | 'POST' | 'DELETE';
      readonly path: string;
      readonly body: JsonObject;
      /** Where the object is that it changes; undefined where it makes it. */
      readonly objectPath: string | undefined;
      /** In words. */
      readonly operation: string;
      readonly lost: readonly string[];
    }
  | { readonly kind: 'none'; readonly why: string };
