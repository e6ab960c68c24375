import type { Browser } from 'playwright-core';
import { comeTo, settled } from './look-at.ts';
import { question } from './shown/questions.ts';
import { STATES } from './states.ts';

/** How often the heap is measured, of which the smallest counts. */
const LOOKS = 5;

/**
 * The heap after many events over that after few. What is measured is what stays: the page has taken all that it was told, nothing of its own is under way, and of several full collections the one counts that
 * left least. So a busy machine, on which events wait to be taken and work waits to be done, is no growth; what each event leaves behind is there at every look.
 */
export async function grownHeap(
  browser: Browser,
  events: { readonly few: number; readonly many: number },
): Promise<number> {
  const state = STATES.find(({ name }) => name === 'inbox');
  if (state === undefined) throw new Error('there is no such state');
  const stage = await comeTo(browser, state, {});
  const { page, context } = stage;
  const session = await context.newCDPSession(page);
  // A message comes to the channels of a page in the order in which these were made: what hears the last after the page has the page's word that it took it.
  const tell = (from: number, to: number) =>
    page.evaluate(`(async () => {
      const channel = new BroadcastChannel('sallyport-events');
      let heard;
      let last;
      for (let i = ${from}; i < ${to}; i += 1) {
        if (i === ${to} - 1) {
          heard = new BroadcastChannel('sallyport-events');
          last = new Promise((done) => { heard.onmessage = ({ data }) => data.data?.id === 'q-live-' + i && done(); });
        }
        const approval = { ...${JSON.stringify(question('q'))}, id: 'q-live-' + i, state: 'expired', exchange: 'gone', mayAnswer: false };
        channel.postMessage({ kind: 'approval', data: approval });
        if (i % 50 === 0) await new Promise((next) => setTimeout(next));
      }
      await last;
      channel.close();
      heard.close();
    })()`);
  const used = async () => {
    let least = Number.POSITIVE_INFINITY;
    for (let look = 0; look < LOOKS; look += 1) {
      await settled(page);
      while (stage.underWay() > 0) await settled(page);
      for (let times = 0; times < 3; times += 1) await session.send('HeapProfiler.collectGarbage');
      least = Math.min(least, (await session.send('Runtime.getHeapUsage')).usedSize);
    }
    return least;
  };
  await tell(0, events.few);
  const few = await used();
  await tell(events.few, events.many);
  const grownBy = (await used()) / few;
  await context.close();
  return grownBy;
}
