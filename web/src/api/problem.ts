import type { Problem } from '../../../src/control/contract.ts';

/** A request that was answered with a no, or not at all. `code` is to be branched on; `UNREACHABLE` and `UNREADABLE` are the page's own. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly advice: string;

  constructor(status: number, { code, detail, advice = '' }: Pick<Problem, 'code' | 'detail' | 'advice'>) {
    super(detail);
    this.status = status;
    this.code = code;
    this.advice = advice;
  }
}
