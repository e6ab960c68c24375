import { setTimeout } from 'node:timers/promises';

interface Reply {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body?: unknown;
}

/** Follows the control plane where it says that it was asked too fast, or that its machine was too busy to think: a test is answered all the same, as soon as it may be. */
export async function unhurried<Answer extends Reply>(ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const reply = await ask();
    if (reply.status !== 429 && (reply.body as { code?: string } | undefined)?.code !== 'POLICY_UNANSWERED')
      return reply;
    await setTimeout(Number(reply.headers['retry-after']) * 1000);
  }
}
