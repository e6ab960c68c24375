import { setTimeout } from 'node:timers/promises';

interface Reply {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
}

/** Follows the control plane where it says that it was asked too fast: a test that looks again and again is answered all the same, as soon as it may be. */
export async function unhurried<Answer extends Reply>(ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const reply = await ask();
    if (reply.status !== 429) return reply;
    await setTimeout(Number(reply.headers['retry-after']) * 1000);
  }
}
