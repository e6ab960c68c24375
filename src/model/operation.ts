/**
 * What is asked, in Kubernetes' own fields, exactly as the API server's `RequestInfo` has them; beside them what those
 * fields do not say: the power that hides in the verb, what the call amounts to, and what its body holds.
 *
 * Source: https://github.com/kubernetes/apiserver/blob/v0.35.4/pkg/endpoints/request/requestinfo.go
 */
export interface Operation {
  readonly target: string;
  readonly isResourceRequest: boolean;
  /** The decoded path. */
  readonly path: string;
  readonly verb: string;
  readonly apiPrefix: string;
  readonly apiGroup: string;
  readonly apiVersion: string;
  readonly namespace: string;
  readonly resource: string;
  readonly subresource: string;
  readonly name: string;
  readonly parts: readonly string[];
  readonly fieldSelector: string;
  readonly labelSelector: string;
  /** A power that no wildcard reaches; it stands beside the fields above, never in place of them. */
  readonly power: Power | undefined;
  /** What the call amounts to as well: a rule on `delete` covers an eviction, a scale to zero, … */
  readonly equals: readonly Equivalent[];
  /** Something may be different afterwards. */
  readonly isChange: boolean;
  /** The reply has no end of its own: watch, `logs -f`, exec, attach, port-forward, proxies. */
  readonly isStream: boolean;
  /** The reply can hold what must not be read by everyone; its intent is synced to disk first. */
  readonly isSecret: boolean;
  /** Query parameters, decoded; a key given twice where that would be ambiguous has been refused. */
  readonly query: ReadonlyMap<string, readonly string[]>;
  readonly options: WriteOptions;
  /** What exec, attach, port-forward and log ask of their pod. */
  readonly stream: StreamOptions | undefined;
  readonly body: OperationBody | undefined;
  /** The run of a command that the caller's own program says this is part of. Security: anybody's word, so nothing is decided by it. */
  readonly claimed?: { readonly session: string; readonly command: string };
}

/** Powers that hide in other verbs; each is named in a rule's `powers` or by its exact resource, never reached by a wildcard. */
export type Power =
  | 'exec'
  | 'attach'
  | 'portforward'
  | 'pods-proxy'
  | 'services-proxy'
  | 'nodes-proxy'
  | 'ephemeralcontainers'
  | 'binding'
  | 'finalize'
  | 'approval'
  | 'token'
  | 'escalate'
  | 'bind'
  | 'impersonate';

/** How a call equals a delete. */
export type Equivalent =
  | 'eviction'
  | 'scale-to-zero'
  | 'deletecollection'
  | 'finalizers'
  | 'patch-delete'
  | 'deletion-timestamp'
  | 'owner-references'
  | 'ttl';

/** Options of a write, from query and `DeleteOptions` body; absent where not given. */
export interface WriteOptions {
  readonly isDryRun: boolean;
  readonly force?: boolean;
  readonly fieldManager?: string;
  readonly propagationPolicy?: string;
  readonly gracePeriodSeconds?: number;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

/** What a stream asks of its pod. */
export interface StreamOptions {
  readonly container: string | undefined;
  readonly argv: readonly string[];
  readonly isTty: boolean;
  readonly isStdin: boolean;
  /** Ports named in the query; those inside the stream are read as they pass. */
  readonly ports: readonly number[];
  /** The path behind a proxy subresource. */
  readonly proxyPath: string | undefined;
}

/** A body, as received and as read. */
export interface OperationBody {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  /** The object as the body has it; for a patch see `patch`. Undefined where the body cannot be read as an object. */
  readonly object: JsonObject | undefined;
  readonly patch: Patch | undefined;
}

/** A patch by its type, read but not applied. */
export type Patch =
  | { readonly type: 'json'; readonly operations: readonly JsonValue[] }
  | { readonly type: 'merge' | 'strategic' | 'apply'; readonly object: JsonObject };

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: JsonValue;
}
