import type { Planned } from '../../model/planned.ts';

/** What a `Status` of a gateway says, by its causes. */
interface StatusTold {
  readonly code: string;
  readonly message: string;
  readonly exchange: string;
  readonly rule: string | undefined;
  readonly request: string | undefined;
  readonly planned: Planned | undefined;
}

interface Status {
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string }[] };
}

/** Undefined: no gateway said it. */
export function statusTold(body: Buffer): StatusTold | undefined {
  let status: Status;
  try {
    status = JSON.parse(body.toString('utf8')) as Status;
  } catch {
    return undefined;
  }
  const causes = status?.details?.causes;
  if (!Array.isArray(causes)) return undefined;
  const cause = (reason: string) => causes.find((each) => each.reason === reason)?.message as string | undefined;
  const code = cause('SallyportCode');
  if (code === undefined) return undefined;
  const plan = cause('SallyportPlan');
  return {
    code,
    message: status.message ?? '',
    exchange: cause('SallyportExchange') ?? '',
    rule: cause('SallyportRule'),
    request: cause('SallyportRequest'),
    planned: plan === undefined ? undefined : (JSON.parse(plan) as Planned),
  };
}
