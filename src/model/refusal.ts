import type { Planned } from './planned.ts';
import { REFUSAL_CODES, type RefusalCode, type Retry } from './refusal-codes.ts';
import type { SuggestedGrant } from './suggestion.ts';

/** What a refusal may carry beside its code and message. */
export interface RefusalOptions {
  /** For us: goes to log and recording, never to the caller. Holds no token, credential or secret value. */
  readonly detail?: string;
  /** The id of the rule or guard that refused. */
  readonly rule?: string;
  /** What to ask for instead, in one sentence for the caller. */
  readonly advice?: string;
  /** The grant that would allow it. */
  readonly grant?: SuggestedGrant | undefined;
  readonly retryAfterSeconds?: number;
  /** The id of the question that a person is asked. */
  readonly approval?: string;
  /** What would become of the request, where it was only planned. */
  readonly planned?: Planned;
  readonly cause?: unknown;
}

/**
 * The gateway says no, or cannot. Thrown anywhere on the data path, caught once, in `serve`.
 *
 * `message` is one lower-case sentence for the caller, without a final stop, the caller's own words in backticks.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;
  readonly detail: string;
  readonly rule: string;
  readonly advice: string;
  readonly grant: SuggestedGrant | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly approval: string;
  readonly planned: Planned | undefined;

  constructor(code: RefusalCode, message: string, options: RefusalOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = options.detail ?? '';
    this.rule = options.rule ?? '';
    this.advice = options.advice ?? '';
    this.grant = options.grant;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.approval = options.approval ?? '';
    this.planned = options.planned;
  }

  get status(): number {
    return REFUSAL_CODES[this.code].status;
  }

  get retry(): Retry {
    return REFUSAL_CODES[this.code].retry;
  }
}
