import { current } from '../approval/approval.ts';
import type { Config } from '../config/load.ts';
import { openGuards } from '../config/open-guards.ts';
import { approvalOf } from '../control/approval-rows.ts';
import { Deliveries } from '../control/notices/deliveries.ts';
import { noticeOfOpened } from '../control/notices/notices.ts';
import { recipients } from '../control/notices/recipients.ts';
import type { Store } from '../store/store.ts';
import { notifiersOf } from './notifiers.ts';
import type { Told } from './observe.ts';
import type { PolicyInForce } from './policy-in-force.ts';

interface From {
  readonly config: Config;
  readonly told: Told;
  readonly policy: PolicyInForce;
  /** The console's address; empty while there is none. */
  readonly consoleUrl: () => string;
}

/** What tells people of a gateway's store, by policy and the configuration. @throws {ConfigError} */
export async function deliveriesOf(store: Store, { config, told, policy, consoleUrl }: From): Promise<Deliveries> {
  return new Deliveries({
    store,
    notifiers: await notifiersOf(config, store.vault),
    recipients: (notice) => recipients(policy.notify(), notice),
    isPending: async (id) => {
      const row = await store.get('approval', id);
      return row !== undefined && current(approvalOf(row).approval, store.now()).state === 'pending';
    },
    consoleUrl,
    onFailure: (what, error) => told.log.error({ error: String(error) }, what),
  });
}

/** Tells people what an operator has opened at this gateway. */
export function tellOpened(deliveries: Deliveries, { config, told }: Pick<From, 'config' | 'told'>): void {
  const now = told.clock.now();
  const opened = [
    noticeOfOpened('guard.opened', openGuards(config).told, now),
    noticeOfOpened(
      'mask.opened',
      config.unsafe.openMasks.map(({ id }) => id),
      now,
    ),
  ];
  for (const notice of opened) if (notice !== undefined) deliveries.tell(notice);
}
