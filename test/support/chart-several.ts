// What several gateways of the chart share: a PostgreSQL outside of the cluster, as a service of a cloud is, and the keys.

import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { type ChartWorld, chartValues } from './chart-world.ts';
import type { Cluster } from './cluster.ts';
import { type Postgres, startPostgres } from './postgres.ts';

/** The port of the control plane. */
export const CONSOLE_PORT = 8446;
const PEOPLE = 'https://people.test';

/** What several gateways of a release stand on. */
export interface SharedStore {
  readonly database: Postgres;
  /** A token of a person who is an operator. */
  readonly operator: string;
  /** Values of the chart for gateways that share it. */
  values(more: Readonly<Record<string, unknown>>): Record<string, unknown>;
}

/** A database with the two roles of the how-to, one that changes tables and one for the gateways, and the Secrets that the chart mounts. */
export async function shareStore(cluster: Cluster, world: ChartWorld, programs: string): Promise<SharedStore> {
  const network = { address: cluster.machineAddress, from: '10.244.0.0/14' };
  const database = await startPostgres(programs, network);
  database.create('store');
  database.psql('postgres', 'CREATE ROLE gateway LOGIN');
  const secret = (name: string, stringData: Readonly<Record<string, string>>) =>
    world.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: world.namespace }, stringData });
  secret('postgres', { url: database.url('store', 'gateway') });
  secret('postgres-owner', { url: database.url('store') });
  secret('keys', { store: Buffer.alloc(48, 7).toString('base64'), masks: '07'.repeat(32) });
  const { keys, operator } = await people();
  return {
    database,
    operator,
    values(more) {
      const values = chartValues(world, {
        secrets: { store: 'postgres', keys: 'keys' },
        storeMigration: { secretName: 'postgres-owner', gatewayRole: 'gateway' },
        files: { 'people.json': keys },
        ...more,
      });
      const config = values['config'] as { readonly issuers: readonly unknown[] };
      const person = {
        name: 'people',
        url: PEOPLE,
        kind: 'person',
        audiences: ['sallyport'],
        keys: { file: '/etc/sallyport/files/people.json' },
        subject: { prefix: 'person:' },
      };
      const policies = values['policies'] as Readonly<Record<string, object>>;
      const operators = { role: 'operator', callers: [{ subjects: ['person:ada'] }] };
      return {
        ...values,
        policies: { 'callers.yaml': { ...policies['callers.yaml'], roles: [operators] } },
        config: {
          ...config,
          issuers: [...config.issuers, person],
          console: { address: '0.0.0.0', port: CONSOLE_PORT },
          store: {
            postgres: { urlFile: '/etc/sallyport/secrets/store/url' },
            keyFile: '/etc/sallyport/secrets/keys/store',
          },
          masks: { keyFile: '/etc/sallyport/secrets/keys/masks' },
          limits: { requestsPerCallerPerSecond: 2000 },
        },
      };
    },
  };
}

async function people(): Promise<{ readonly keys: string; readonly operator: string }> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'people', alg: 'ES256', use: 'sig' };
  const token = new SignJWT({})
    .setProtectedHeader({ alg: 'ES256', kid: 'people' })
    .setIssuer(PEOPLE)
    .setSubject('ada')
    .setAudience('sallyport')
    .setIssuedAt()
    .setExpirationTime('2h');
  return { keys: JSON.stringify({ keys: [jwk] }), operator: await token.sign(privateKey) };
}
