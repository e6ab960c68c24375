import type { Question } from '../../policy/question.ts';

/** A request that is only judged, never sent. */
export interface OfflineRequest {
  readonly method: string;
  readonly uri: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text goes as it is, anything else as JSON. */
  readonly body?: unknown;
  /** Whether the client asks to leave HTTP, as exec does. Default: where there is a header `upgrade`. */
  readonly isUpgrade?: boolean;
  /** What is put for what is not known here, for people. */
  readonly note?: string;
  /** Services behind which the pod of the request is known to stand. */
  readonly services?: readonly string[];
}

/** What the gateway would say of the request before any rule is asked, or the operation that rules are asked about. */
export type ReadRequest =
  | { readonly operation: Question['operation'] }
  | { readonly refusal: { readonly code: string; readonly message: string; readonly advice: string } };

/** Reads a request as the data path does, for a target that serves Kubernetes' own kinds and any custom resource. */
export type RequestReader = (target: string, request: OfflineRequest) => Promise<ReadRequest>;
