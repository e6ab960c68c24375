/* What is measured while other requests go the same way. */
import type { Way, World } from './world.ts';

const BESIDE = { ask: 'get', httpVersion: '1.1', mode: { kind: 'rate', perSecond: 500, seconds: 8 } } as const;

/** Does something while 500 requests a second go the same way. */
export async function besideLoad<Result>(world: World, way: Way, work: () => Promise<Result>): Promise<Result> {
  const load = world.startLoad();
  let isOver = false;
  const running = (async () => {
    while (!isOver) await load.run(way, BESIDE);
  })();
  try {
    return await work();
  } finally {
    isOver = true;
    await running;
    await load.stop();
  }
}
