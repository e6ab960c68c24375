import { existsSync } from 'node:fs';
import { type Check, fault, warning, well } from '../../cli/doctor/check.ts';
import type { Config } from '../../config/load.ts';
import type { Clock } from '../../std/clock.ts';
import { STORE_VERSION } from '../../store/migrations.ts';
import { openStoreReader } from '../../store/open-store.ts';
import { StoreError } from '../../store/store.ts';
import { ConfigError } from '../config-error.ts';
import { storePlace } from '../store-place.ts';

/** Limit: how far the clock of a PostgreSQL may be from this machine's without a word, in milliseconds. */
const SKEW_MS_WARN = 5_000;

/** The store of grants and kills: whether it opens, with this key, in this program's version. */
export async function storeChecks(config: Config, clock: Clock): Promise<readonly Check[]> {
  if (config.console === undefined)
    return [well('store', '', 'there is no `console`, so there are no grants, holds or kills, and nothing is kept')];
  try {
    const place = storePlace(config);
    const about = place.kind === 'postgres' ? 'PostgreSQL' : place.file;
    if (place.kind === 'sqlite' && !existsSync(place.file))
      return [well('store', about, 'it is made at the first start')];
    const store = await openStoreReader(place, clock);
    try {
      await store.list('kill', { limit: 1 });
      const skewMs = Math.abs(store.now() - clock.now());
      return [
        well('store', about, `it opens, in version ${STORE_VERSION}`),
        ...(skewMs <= SKEW_MS_WARN
          ? []
          : [
              warning(
                'store',
                about,
                `its clock is ${Math.round(skewMs / 1000)} s from this machine’s`,
                'keep both by NTP: the ends of grants are its instants',
              ),
            ]),
      ];
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof StoreError || error instanceof ConfigError)) throw error;
    return [
      fault(
        'store',
        '',
        error.message,
        'the gateway does not start without it: look at `store:`; tables of an older version are brought up by `sallyport store migrate`',
      ),
    ];
  }
}
