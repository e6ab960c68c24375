import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/std/clock.ts';
import { migratePostgres } from '../../src/store/postgres-backend.ts';
import { leftOut } from '../support/left-out.ts';
import { postgresPrograms, startPostgres } from '../support/postgres.ts';
import type { GatewayProcess, World } from './world.ts';

/** Two gateways on one PostgreSQL; undefined, and said once, where there is none. */
export async function startPair(world: World, what: string) {
  const programs = postgresPrograms();
  if (programs === undefined) {
    leftOut(what, 'install PostgreSQL 15 (`apt-get install postgresql`)');
    return undefined;
  }
  const database = await startPostgres(programs);
  database.create('store');
  const url = database.url('store');
  await migratePostgres({ url, clock: systemClock, feedLostMs: 10_000 }, undefined);
  writeFileSync(join(world.folder, 'store-url'), url);
  const keyFile = join(world.folder, 'shared.key');
  writeFileSync(keyFile, `${Buffer.alloc(48, 7).toString('base64')}\n`, { mode: 0o600 });
  const shared = { console: { store: { postgres: { urlFile: 'store-url' }, keyFile: 'shared.key' } } };
  const gateways: readonly [GatewayProcess, GatewayProcess] = [
    await world.startGateway(shared),
    await world.startGateway(shared),
  ];
  return {
    gateways,
    place: { kind: 'postgres', url, keyFile } as const,
    async stop() {
      await Promise.all(gateways.map((gateway) => gateway.stop()));
      await database.stop();
    },
  };
}
