import type { Question } from '../question.ts';
import type { Truth } from '../truth.ts';

/** The ids by which guards are opened under `unsafe.openGuards`. */
export type GuardId =
  | 'helm-records'
  | 'kubelet'
  | 'tokens'
  | 'rbac'
  | 'certificates'
  | 'impersonation'
  | 'admission'
  | 'aws-auth'
  | 'cloud-identity'
  | 'cluster-configuration'
  | 'nodes'
  | 'status'
  | 'traffic'
  | 'namespace-labels'
  | 'privileged-pods'
  | 'host-namespaces'
  | 'host-path'
  | 'critical-pods'
  | 'service-accounts'
  | 'secret-mount'
  | 'privileged-exec'
  | 'deletions';

/** A guard as answers name it: one of the table, or the bound of the caller’s own token, which nobody opens. */
export interface SpeakingGuard {
  readonly id: GuardId | 'token-scope';
  readonly reason: string;
  readonly advice: string;
}

/** A way out of the gateway that is closed until an operator opens it by name. */
export interface Guard {
  readonly id: GuardId;
  /** What the caller is told, one sentence without a final stop. */
  readonly reason: string;
  /** What the caller can do, one sentence without a final stop; empty for nothing. */
  readonly advice: string;
  /** The operations and fields that it looks at, for the reference. */
  readonly covers: string;
  /** A request that it stops. */
  readonly stops: GuardExample;
  /** A near miss that it passes. */
  readonly passes: GuardExample;
  /** It passes what a matching rule names, so that it hangs on all that such a rule hangs on. Default: false. */
  readonly passesNamed?: true;
  /** Whether the question is such a way out; what is missing counts as yes. */
  readonly test: (question: Question, context: GuardContext) => Truth;
}

/** What a caller that a guard stops can do, and where an operator opens it. */
export function guardAdvice({ id, advice }: Pick<SpeakingGuard, 'id' | 'advice'>): string {
  if (id === 'token-scope') return advice;
  const opening = `an operator opens the guard under \`unsafe.openGuards\`, by its id \`${id}\``;
  return advice === '' ? opening : `${advice}; ${opening}`;
}

/** What a guard knows beside the question. */
export interface GuardContext {
  /** Patterns of service accounts that the allow and hold rules name which match. */
  readonly serviceAccounts: readonly string[];
  /** Patterns of Secrets that these rules name as mountable. */
  readonly mountableSecrets: readonly string[];
  /** Whether one of these rules says that Helm works under it. */
  readonly writesHelmRecords: boolean;
  /** Whether what a patch would make can be looked up; without, a patch is judged by what it brings in. */
  readonly judgesResult: boolean;
}

/** A request as a client would send it. */
export interface GuardExample {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly uri: string;
  /** Default: `application/json`. */
  readonly mediaType?: string;
  readonly body?: unknown;
  /** Default: `autonomous`. */
  readonly caller?: 'autonomous' | 'person';
  /** What is known of the pod behind a subresource. */
  readonly podDangers?: readonly string[];
  /** What is asked of an authorizer and is never a request; stands in place of the verb that the method gives. */
  readonly verb?: string;
}
