import type { Browser } from 'playwright-core';
import { comeTo } from './look-at.ts';
import { question } from './shown/questions.ts';
import { STATES } from './states.ts';

/** The heap after many events over that after few, both after a full collection. */
export async function grownHeap(
  browser: Browser,
  events: { readonly few: number; readonly many: number },
): Promise<number> {
  const state = STATES.find(({ name }) => name === 'inbox');
  if (state === undefined) throw new Error('there is no such state');
  const { page, context } = await comeTo(browser, state, {});
  const session = await context.newCDPSession(page);
  const tell = (from: number, to: number) =>
    page.evaluate(`(async () => {
      const channel = new BroadcastChannel('sallyport-events');
      for (let i = ${from}; i < ${to}; i += 1) {
        const approval = { ...${JSON.stringify(question('q'))}, id: 'q-live-' + i, state: 'expired', exchange: 'gone', mayAnswer: false };
        channel.postMessage({ kind: 'approval', data: approval });
        if (i % 50 === 0) await new Promise((next) => setTimeout(next));
      }
      channel.close();
    })()`);
  const used = async () => {
    for (let times = 0; times < 3; times += 1) await session.send('HeapProfiler.collectGarbage');
    return (await session.send('Runtime.getHeapUsage')).usedSize;
  };
  await tell(0, events.few);
  const few = await used();
  await tell(events.few, events.many);
  const grownBy = (await used()) / few;
  await context.close();
  return grownBy;
}
