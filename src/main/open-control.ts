/*
 * The control plane's parts, put together, where the configuration has a `console`: the store, the grants and kills in force, and the server. Without one,
 * nothing of it is opened, and the data path is given that there are no grants.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Config } from '../config/load.ts';
import { answering } from '../control/answer.ts';
import { Grants } from '../control/grants.ts';
import { Kills } from '../control/kills.ts';
import { LiveAccess, type UnderWayPort } from '../control/live-access.ts';
import { openApi } from '../control/open-api.ts';
import type { Route } from '../control/route.ts';
import { routesOf } from '../control/routes.ts';
import type { Kill } from '../control/row-body.ts';
import { type ControlServer, startControlServer } from '../control/server.ts';
import { createAuthenticator } from '../identity/authenticator.ts';
import type { CertificatePair } from '../listener/certificates.ts';
import { Refusal } from '../model/refusal.ts';

import { type Access, noAccess } from '../pipeline/access.ts';
import type { InFlight, LivesBy } from '../pipeline/in-flight.ts';
import type { Event } from '../recording/event.ts';
import type { Journal } from '../storage/journal.ts';
import { openStore, type StorePlace } from '../store/open-store.ts';
import { StoreError } from '../store/store.ts';
import { ConfigError } from './config-error.ts';
import { issuersOf } from './issuers.ts';
import type { Told } from './observe.ts';
import type { PolicyInForce } from './policy-in-force.ts';
import { version } from './version.ts';

interface Parts {
  readonly config: Config;
  readonly told: Told;
  readonly journal: Journal;
  readonly policy: PolicyInForce;
  readonly inFlight: InFlight;
}

/** What the gateway has of its control plane. */
export interface Control {
  readonly access: Access;
  /** Begins to serve; the port, where there is a console. */
  serve(certificate: CertificatePair): Promise<number | undefined>;
  useCertificate(pair: CertificatePair): void;
  /** What `/readyz` warns of. */
  warnings(): readonly string[];
  close(): Promise<void>;
}

/** Where the store of a configuration is. @throws {ConfigError} the file of its URL cannot be read */
export function storePlace(config: Pick<Config, 'store' | 'dataFolder'>): StorePlace {
  const { sqlite, postgres, keyFile } = config.store ?? {};
  if (postgres !== undefined) return { kind: 'postgres', url: urlIn(postgres.urlFile), keyFile: keyFile as string };
  return {
    kind: 'sqlite',
    file: sqlite?.file ?? join(config.dataFolder, 'store.db'),
    keyFile: keyFile ?? join(config.dataFolder, 'store.key'),
    isKeyMade: keyFile === undefined,
  };
}

function urlIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new ConfigError(`\`${file}\` cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

/** The control plane of the configuration. @throws {ConfigError} its store cannot be opened */
export async function openControl(parts: Parts): Promise<Control> {
  const { config, told, journal, policy, inFlight } = parts;
  if (config.console === undefined)
    return {
      access: noAccess,
      serve: async () => undefined,
      useCertificate() {},
      warnings: () => [],
      close: async () => {},
    };
  const store = await openStore(storePlace(config), {
    clock: told.clock,
    feedLostMs: config.limits.feedLostMs,
    onUnsealed: (kind, id) =>
      told.log.error({ kind, id }, 'a row of the store has a seal that is not right, and counts as not there'),
  }).catch(storeFailed);
  const record = (event: Event) => journal.append(event).synced();
  let access: LiveAccess;
  const grants = new Grants({ store, rules: policy.rules, record, access: () => access });
  const kills = new Kills({ store, record, access: () => access });
  access = new LiveAccess({
    store,
    rules: policy.rules,
    underWay: underWayOf(inFlight),
    writeEnd: async (id, by) => void (await grants.end(id, by)),
    onFailure: (what, error) => told.log.error({ error: String(error) }, what),
  });
  await access.start().catch(async (error: unknown) => {
    await store.close();
    return storeFailed(error);
  });
  let server: ControlServer | undefined;
  return {
    access,
    async serve(certificate) {
      const routes = withDocument(
        routesOf({
          grants,
          kills,
          access,
          underWay: () => inFlight.list(),
          targets: new Set(config.targets.map(({ name }) => name)),
          version: version(),
          storeFailure: () => store.health().failure,
        }),
      );
      server = await serveRoutes(parts, routes, certificate);
      return server.port;
    },
    useCertificate: (pair) => server?.useCertificate(pair),
    warnings() {
      const { failure, unsealed } = store.health();
      return [
        ...(failure === '' ? [] : [`the store of grants fails: ${failure}`]),
        ...(store.isHeard() ? [] : ['other gateways are not heard: grants count as ended until they are']),
        ...(unsealed === 0 ? [] : [`${unsealed} reads met rows of the store whose seal is not right`]),
      ];
    },
    async close() {
      access.stop();
      await server?.stop();
      await store.close();
    },
  };
}

function storeFailed(error: unknown): never {
  throw error instanceof StoreError ? new ConfigError(error.message) : error;
}

function serveRoutes({ config, told, policy }: Parts, routes: readonly Route[], certificate: CertificatePair) {
  const place = config.console as NonNullable<Config['console']>;
  const audiences = place.audiences;
  const issuers = issuersOf(config).map((issuer) => (audiences === undefined ? issuer : { ...issuer, audiences }));
  const { authenticate } = createAuthenticator(issuers, told.clock);
  return startControlServer({
    ...place,
    certificate,
    answer: answering({ routes, authenticate, roles: policy.roles, clock: told.clock }),
    clock: told.clock,
    onFault: (error) =>
      told.log.error(
        {
          error:
            error instanceof Refusal
              ? `${error.message}: ${error.detail}`
              : error instanceof Error
                ? error.stack
                : String(error),
        },
        'the control plane failed',
      ),
  }).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'EADDRINUSE' ? 'another program listens there' : error.message;
    throw new ConfigError(`${place.address} port ${place.port} cannot be had: ${why}`);
  });
}

function withDocument(routes: readonly Route[]): readonly Route[] {
  const document: Route = {
    method: 'GET',
    path: '/openapi.json',
    id: 'openApi',
    summary: 'This document.',
    needs: 'caller',
    answer: { status: 200, schema: z.looseObject({}), description: 'The OpenAPI document.' },
    handle: async () => ({ status: 200, body: openApi([...routes, document], version()) }),
  };
  return [...routes, document];
}

function underWayOf(inFlight: InFlight): UnderWayPort {
  return {
    endGrant: (grant, reason) =>
      inFlight.endAccess((lives) => lives.isStream && lives.grant === grant, new Refusal('GRANT_ENDED', reason)),
    endKilled: (kill, reason) => inFlight.endAccess((lives) => isKilled(kill, lives), new Refusal('KILLED', reason)),
    isStreaming: (grant) => inFlight.has((lives) => lives.isStream && lives.grant === grant),
  };
}

function isKilled({ what, value }: Kill, { subject, session, target }: LivesBy): boolean {
  return what === 'all' || { caller: subject, session, target }[what] === value;
}
