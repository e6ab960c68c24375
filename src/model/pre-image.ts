import type { JsonObject, Operation } from './operation.ts';

/** An object as it was before one exchange changed it, and what that was. Secret: nothing in it is masked. */
export interface PreImage {
  readonly exchange: string;
  readonly target: string;
  /** What tells its cluster from others: another may be reached by the target’s name by now. Absent: it could not be read. */
  readonly cluster?: string;
  /** In milliseconds since 1970. */
  readonly at: number;
  readonly operation: Pick<
    Operation,
    'verb' | 'apiPrefix' | 'apiGroup' | 'apiVersion' | 'resource' | 'subresource' | 'namespace'
  > & {
    /** The object's, also where it was made. */
    readonly name: string;
  };
  /** Null: there was none. */
  readonly object: JsonObject | null;
  /** The uid of what it made, as its reply said; absent: it made nothing, or the reply did not say. */
  readonly madeUid?: string;
}
