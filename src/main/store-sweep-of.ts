import { STORE_KEEP_FOR } from '../config/later.ts';
import type { Config } from '../config/load.ts';
import { longestCooldownMs } from '../control/auto-answers.ts';
import { endedRows } from '../control/ended-rows.ts';
import type { ConsoleSessions } from '../control/sign-in/console-sessions.ts';
import { StoreSweep } from '../control/store-sweep.ts';
import { rulesIn } from '../policy/rule-set.ts';
import { durationMs } from '../std/duration.ts';
import type { Store } from '../store/store.ts';
import type { Told } from './observe.ts';
import type { PolicyInForce } from './policy-in-force.ts';

interface From {
  readonly config: Config;
  readonly told: Told;
  readonly policy: Pick<PolicyInForce, 'rules'>;
  readonly sessions: Pick<ConsoleSessions, 'endOver'>;
  readonly onFailure: (what: string, error: unknown) => void;
}

/** What removes from a gateway's store what ended long ago, as the configuration says (`store.keepFor`). */
export function storeSweepOf(store: Store, { config, told, policy, sessions, onFailure }: From): StoreSweep {
  const unknownForMs = durationMs(config.limits.unknownFor);
  return new StoreSweep({
    store,
    keptForMs: durationMs(config.store?.keepFor ?? STORE_KEEP_FOR),
    kinds: endedRows(() => ({ unknownForMs, cooldownMs: longestCooldownMs(rulesIn(policy.rules())) })),
    others: (stopped) => sessions.endOver(stopped),
    onSwept: (rows) => told.log.info({ rows: Object.fromEntries(rows) }, 'what ended long ago is gone from the store'),
    onFailure,
  });
}
