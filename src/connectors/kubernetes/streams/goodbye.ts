import type { StreamEnd } from '../../../model/channels.ts';
import { unreachable } from '../../../std/unreachable.ts';
import type { Goodbye } from './lane.ts';

/** A failure as Kubernetes tells it; never one of the kind `NonZeroExitCode`, which would be the program's own word. */
export interface EndStatus {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: Readonly<Record<string, never>>;
  readonly status: 'Failure';
  readonly message: string;
  readonly reason: string;
  readonly code: number;
}

/** What ends a stream, as a `Status`. */
export function endStatus({ why, message }: StreamEnd): EndStatus {
  const [code, reason] = codeOf(why);
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `ended by the gateway: ${message}`,
    reason,
    code,
  };
}

/** What the gateway says to the caller of an exec, attach or port-forward; before version 4 a failure is told as text. */
export function goodbyeOf(end: StreamEnd, hasStatus: boolean): Goodbye {
  const status = endStatus(end);
  return {
    status: Buffer.from(hasStatus ? JSON.stringify(status) : status.message),
    message: status.message,
    closeCode: end.why === 'stop' ? GOING_AWAY : POLICY_VIOLATION,
  };
}

const GOING_AWAY = 1001;
const POLICY_VIOLATION = 1008;

function codeOf(why: StreamEnd['why']): readonly [code: number, reason: string] {
  switch (why) {
    case 'access':
    case 'fault':
      return [403, 'Forbidden'];
    case 'token':
      return [401, 'Unauthorized'];
    case 'limit':
      return [504, 'Timeout'];
    case 'gone':
      return [410, 'Gone'];
    case 'stop':
      return [503, 'ServiceUnavailable'];
    default:
      return unreachable(why);
  }
}
