import type { JsonObject } from '../model/operation.ts';

/** What can be looked up beside the request itself, in the order in which a refusal names it. */
export const FACT_KINDS = ['existing', 'result', 'pod', 'namespaceLabels', 'services', 'lastDone'] as const;

export type FactKind = (typeof FACT_KINDS)[number];

/** A value, or that it could not be had. */
export type Fact<T> = T | 'unknown';

/**
 * What was looked up for one question. A fact that is absent was not asked for; where a rule needs it all the same, it counts as unknown: an
 * allow that needs it does not match, a deny or hold that needs it does.
 */
export interface Facts {
  /** The live object that the operation names; null where there is none. */
  readonly existing?: Fact<JsonObject | null>;
  /** The object as the server would store it, for a patch. */
  readonly result?: Fact<JsonObject>;
  /** Why `result` is unknown, where the target itself said no to the dry run. */
  readonly rejection?: string;
  /** The pod behind a subresource of pods; null where there is none. */
  readonly pod?: Fact<PodFact | null>;
  /** The pod that `pod` was made of; no rule sees it. */
  readonly podState?: JsonObject;
  /** The labels of the operation's namespace; null where it does not exist. */
  readonly namespaceLabels?: Fact<Readonly<Record<string, string>> | null>;
  /** The names of the services whose EndpointSlices hold the pod of a port-forward. */
  readonly services?: Fact<readonly string[]>;
  /** When the caller last did the like, in milliseconds since 1970; null: not in the time that is remembered. */
  readonly lastDone?: Fact<number | null>;
}

/** What rules and guards ask of a running pod; `podFact` makes one of the pod itself. */
export interface PodFact {
  readonly labels: Readonly<Record<string, string>>;
  /** Why the pod can reach beyond itself: phrases such as ``container `web` is privileged``; empty for an ordinary pod. */
  readonly dangers: readonly string[];
}
