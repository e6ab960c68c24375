// The table of real clients through a gateway that the chart installed: in a pod, before the cluster that it runs in, with the rights that the chart gives it, reached by its Service.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { parse, stringify } from 'yaml';
import { GUARD_IDS } from '../../src/policy/guards/table.ts';
import { table } from '../clients/table.ts';
import { type Through, tableSuite } from '../clients/table-suite.ts';
import { type ChartWorld, CONFIG, chartValues, startChartWorld } from '../support/chart-world.ts';
import type { Cluster } from '../support/cluster.ts';
import { EVERYTHING } from '../support/gateway.ts';
import { CLI } from '../support/gateway-process.ts';
import { CALLER, sharedCluster } from '../support/test-cluster.ts';

const ISSUER = 'https://issuer.test';

const cluster = await sharedCluster('real clients through a gateway of the chart');
if (cluster !== undefined)
  tableSuite(cluster, {
    title: 'a client through a gateway of the chart sees what it sees directly',
    parts: table,
    letter: 'c',
    through: () => install(cluster),
  });

async function install(cluster: Cluster): Promise<Through> {
  const world = await startChartWorld(cluster, 'clients', 1);
  const host = new URL(cluster.server).hostname;
  const { keys, token } = await caller();
  const values = chartValues(world, {
    service: { type: 'NodePort' },
    tls: { mode: 'helm', helm: { ipAddresses: [host] } },
    files: { 'keys.json': keys },
    policies: { 'everything.yaml': { ...EVERYTHING, targets: ['here'] } },
    config: {
      issuers: [
        { name: 'test', url: ISSUER, audiences: ['sallyport'], keys: { file: '/etc/sallyport/files/keys.json' } },
      ],
      limits: { requestsPerCallerMax: 1000, requestsPerCallerPerSecond: 2000 },
      // As in the suite of the table itself: nothing may stand in a client's way.
      unsafe: { openGuards: [...GUARD_IDS], openMasks: [{ id: '*', callers: [{ everyone: true }] }] },
    },
  });
  try {
    await world.release('install', values);
    const route = routeOf(world, (port) => `https://${host}:${nodePort(world, port)}`, token);
    return { ...route, stop: async () => world.stop() };
  } catch (error) {
    world.stop();
    throw error;
  }
}

/** Kubeconfigs that the program in the pod wrote; a plugin is the program of this machine. */
function routeOf(world: ChartWorld, serverAt: (port: number) => string, token: string): Omit<Through, 'stop'> {
  const at = (name: string) => join(world.folder, name);
  writeFileSync(at('token'), token, { mode: 0o600 });
  const asked = [
    '--server',
    serverAt(443),
    '--embed-ca',
    '--ca-file',
    '/etc/sallyport/tls/ca.crt',
    '--token-file',
    at('token'),
  ];
  const written = world.inGateway('gw-0', 'sallyport', 'kubeconfig', ...CONFIG, ...asked);
  writeFileSync(at('kubeconfig'), written);
  writeFileSync(at('pathless'), written.replace(`${serverAt(443)}/k8s/here`, serverAt(8444)));
  return {
    kubeconfig: at('kubeconfig'),
    pathlessKubeconfig: at('pathless'),
    pluginKubeconfig(version) {
      const document = parse(
        world.inGateway('gw-0', 'sallyport', 'kubeconfig', ...CONFIG, ...asked, '--exec-api', version),
      );
      const [{ user }] = document.users;
      const [command, ...args] = CLI;
      user.exec.args = [...args, ...user.exec.args.slice(user.exec.args.indexOf('token'))];
      user.exec.command = command;
      const file = at(`plugin-${version}`);
      writeFileSync(file, stringify(document));
      return file;
    },
  };
}

/** Where a port of the Service is on the node. */
function nodePort({ admin, namespace }: ChartWorld, port: number): string {
  return admin('-n', namespace, 'get', 'service', 'gw', '-o', `jsonpath={.spec.ports[?(@.port==${port})].nodePort}`);
}

async function caller(): Promise<{ readonly keys: string; readonly token: string }> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'test', alg: 'ES256', use: 'sig' };
  const token = new SignJWT({ groups: [...CALLER.groups] })
    .setProtectedHeader({ alg: 'ES256', kid: 'test' })
    .setIssuer(ISSUER)
    .setSubject(CALLER.user)
    .setAudience('sallyport')
    .setIssuedAt()
    .setExpirationTime('3h');
  return { keys: JSON.stringify({ keys: [jwk] }), token: await token.sign(privateKey) };
}
