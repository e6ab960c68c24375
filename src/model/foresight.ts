/*
 * What can be said of a request before it is sent: the answer to an access review, which names verb and object and nothing else. A review stands
 * for every request that it describes, so a no is said only where it holds for all of them, and a yes where nothing but built-in guards could stop one for what it
 * holds: Kubernetes says yes to what its own admission could still refuse, and clients take anything else for a no.
 */
import type { Offered } from './offered.ts';
import type { Operation, Power } from './operation.ts';

/** An operation that is only asked about. Its body, options and stream are never known; `unsaid` tells what else is not. */
export interface Supposed {
  readonly operation: Operation;
  readonly unsaid: Unsaid;
}

/** What a request would say in its path and a review leaves open; it then asks about all of them. */
export interface Unsaid {
  readonly name: boolean;
  readonly namespace: boolean;
}

/** What policy would answer to each of the requests alike, but for `unless`; `incomplete` where it would not answer all alike, or hangs on what a review does not say. */
export type Foresight =
  | {
      readonly effect: 'allow';
      readonly rule: string;
      /** Ids of guards that stop some of the requests, for what they hold; absent where nothing stops any. */
      readonly unless?: readonly string[];
    }
  | {
      readonly effect: 'deny';
      readonly by: 'rule' | 'guard' | 'silence';
      /** The id of the rule or guard; empty for silence. */
      readonly rule: string;
      /** One sentence for the caller, without a final stop; may be empty. */
      readonly reason: string;
      readonly advice: string;
      /** What could be asked for instead; absent where no request rule offers it. */
      readonly offered?: Offered;
    }
  | { readonly effect: 'hold'; readonly rule: string; readonly reason: string; readonly unless?: readonly string[] }
  | {
      readonly effect: 'incomplete';
      /** The id of the rule or guard that is undecided. */
      readonly rule: string;
      /** What it hangs on, in words: `the object that would be sent`. */
      readonly needs: readonly string[];
    };

/** What one allow rule permits in a namespace, in RBAC's words. */
export interface Permission {
  readonly rule: string;
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
  readonly powers: readonly Power[];
}
