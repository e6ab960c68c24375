import type { Question } from '../question.ts';
import type { Truth } from '../truth.ts';

/** The ids by which guards are opened under `unsafe.openGuards`. */
export type GuardId = 'secrets';

/** A way out of the gateway that is closed until an operator opens it by name. */
export interface Guard {
  readonly id: GuardId;
  /** What the caller is told, one sentence without a final stop. */
  readonly reason: string;
  /** What the caller can do, one sentence without a final stop. */
  readonly advice: string;
  /** The operations and fields that it looks at, for the reference. */
  readonly covers: string;
  /** A request that it stops. */
  readonly stops: GuardExample;
  /** A near miss that it passes. */
  readonly passes: GuardExample;
  /** Whether the question is such a way out; what is missing counts as yes. */
  readonly test: (question: Question) => Truth;
}

/** A request as a client would send it. */
export interface GuardExample {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly uri: string;
  readonly mediaType?: string;
  readonly body?: unknown;
  readonly caller?: 'autonomous' | 'person';
}
