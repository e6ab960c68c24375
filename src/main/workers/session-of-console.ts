import type { AskedInSession, SessionSoFar } from '../../control/session-so-far.ts';
import type { ShownSession } from '../../model/shown.ts';
import type { WorkerBus } from './worker-bus.ts';

/** What the worker that has the recordings tells; of the others empty, so that nobody waits for them. */
interface Told {
  readonly told?: ShownSession | string | undefined;
}

/**
 * What a caller did in its session, at whichever worker it was and is asked: the worker that serves the console has the catalogs of all, `own`, and answers the others.
 */
export function sessionOfConsole(
  own: SessionSoFar | undefined,
  bus: Pick<WorkerBus, 'ask' | 'answer'> | undefined,
): SessionSoFar {
  bus?.answer('session-so-far', async (asked): Promise<Told> => {
    return own === undefined ? {} : { told: await own(asked as AskedInSession) };
  });
  if (own !== undefined) return own;
  return async ({ session, asker, target, namespace, attendedBy }) => {
    if (session === undefined) return undefined;
    const asked: AskedInSession = { session, asker, target, namespace, attendedBy };
    const answers = (await bus?.ask<Told>('session-so-far', asked)) ?? [];
    return answers.find(({ told }) => told !== undefined)?.told ?? NO_ANSWER;
  };
}

const NO_ANSWER = 'the process of the gateway that has the recordings does not answer';
