import { join } from 'node:path';
import type { Config } from '../config/load.ts';
import type { DeliveryHealth } from '../delivery/delivery-health.ts';
import { DELIVERY_LIMITS } from '../delivery/delivery-limits.ts';
import { type Delivery, openDelivery } from '../delivery/open-delivery.ts';
import { counted } from '../std/counted.ts';
import { durationText } from '../std/duration.ts';
import type { Told } from './observe.ts';

/** What is sent on from the journal, and how it goes. */
export interface ToldDelivery {
  /** What `/readyz` warns of. */
  warnings(): readonly string[];
  /** How each receiver is. */
  health(): ReadonlyMap<string, DeliveryHealth>;
  close(): Promise<void>;
}

/** Sends what the journal gets to the receivers of the configuration; nothing is opened where there are none. */
export function openToldDelivery(config: Config, { log, metrics, clock }: Told): ToldDelivery {
  const { folder, receivers } = config.journal;
  if (receivers.length === 0) return { warnings: () => [], health: () => new Map(), close: async () => {} };
  const cursors = config.worker === undefined || config.worker === 1 ? '' : `worker-${config.worker}`;
  const place = { folder: folder as string, cursorFolder: join(config.dataFolder, 'receivers', cursors), receivers };
  const delivery: Delivery = openDelivery(
    place,
    () => clock.now(),
    (why) => log.error({ error: why }, 'receivers are told nothing any more, until the gateway starts anew'),
  );
  metrics.deliveries(() => delivery.health());
  return {
    warnings: () => [...delivery.health()].flatMap(([name, health]) => warningsOf(name, health, clock.now())),
    health: () => delivery.health(),
    close: () => delivery.close(),
  };
}

function warningsOf(name: string, { failingSince, failure, missed, rejected }: DeliveryHealth, nowMs: number) {
  const failingMs = failingSince === undefined ? 0 : nowMs - failingSince;
  return [
    ...(failingMs < DELIVERY_LIMITS.warnAfterMs
      ? []
      : [
          `receiver \`${name}\` has taken nothing of the journal for ${durationText(Math.floor(failingMs / 1_000) * 1_000)}: ${failure}`,
        ]),
    ...(missed === 0
      ? []
      : [
          `receiver \`${name}\` was never told of ${counted(missed, 'event')}: ${missed === 1 ? 'it was' : 'they were'} let go before`,
        ]),
    ...(rejected === 0 ? [] : [`receiver \`${name}\` threw ${counted(rejected, 'record')} away`]),
  ];
}
