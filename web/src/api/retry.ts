import { ApiProblem } from './problem.ts';

/** Limit: tries of one question. */
const TRIES_MAX = 3;

/** Whether a question that failed is asked again by itself: where the gateway could not answer, and not where it said no. */
export function isWorthAnother(failures: number, error: unknown): boolean {
  return (
    failures < TRIES_MAX &&
    error instanceof ApiProblem &&
    (error.status === 0 || error.status >= 500 || error.status === 429)
  );
}
