/* The thread that finds what rules let go, and lets it go once the journal says so. See open-retention.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import type { RetentionRule } from '../../policy/retention-rule.ts';
import { type RetentionPlan, RetentionPlanner } from '../../retention/plan-retention.ts';
import { giveWay } from '../../std/give-way.ts';
import { RetentionWork } from './apply-retention.ts';

/** What the thread is told of its journal. */
export interface RetentionPlace {
  readonly folder: string;
  readonly settledMs: number | undefined;
}

export type RetentionMessage =
  | {
      readonly kind: 'plan';
      readonly rules: readonly RetentionRule[];
      readonly nowMs: number;
      readonly wantedBytes: number;
    }
  /** The journal has the event of this plan, on the disk. */
  | { readonly kind: 'apply'; readonly plan: RetentionPlan; readonly nowMs: number }
  | { readonly kind: 'close' };

export type RetentionAnswer =
  | { readonly kind: 'planned'; readonly plan: RetentionPlan | undefined }
  | { readonly kind: 'applied' }
  | { readonly kind: 'failed'; readonly why: string };

const port = parentPort;
if (port !== null) {
  giveWay();
  const { folder, settledMs } = workerData as RetentionPlace;
  let rulesText = '';
  let planner: RetentionPlanner | undefined;
  let work: RetentionWork | undefined;
  const answer = async (message: Exclude<RetentionMessage, { kind: 'close' }>): Promise<RetentionAnswer> => {
    try {
      work ??= new RetentionWork(folder, settledMs);
      const working = work;
      if (message.kind === 'apply') {
        planner?.forget(message.plan.segments);
        await working.take(message.plan);
        await working.work(message.nowMs);
        return { kind: 'applied' };
      }
      // What a crash left, and packs that could not be looked at before.
      await working.work(message.nowMs);
      const text = JSON.stringify(message.rules);
      if (planner === undefined || text !== rulesText)
        planner = new RetentionPlanner(folder, message.rules, (seq) => working.areBodiesGone(seq));
      rulesText = text;
      return { kind: 'planned', plan: await planner.plan(message.nowMs, message.wantedBytes) };
    } catch (error) {
      planner = undefined;
      return { kind: 'failed', why: (error as Error).message };
    }
  };
  let last: Promise<void> = Promise.resolve();
  port.on('message', (message: RetentionMessage) => {
    last = last.then(async () => {
      if (message.kind === 'close') port.close();
      else port.postMessage(await answer(message));
    });
  });
}
