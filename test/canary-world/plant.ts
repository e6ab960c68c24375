import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { clientNamed } from '../clients/clients.ts';
import { type Canary, canary } from './canary.ts';
import { RELEASES } from './helm-ways.ts';
import type { Shell } from './shell.ts';
import { NAMESPACE, type World } from './world.ts';

/**
 * Plants the world in a cluster, as its administrator, and writes what the ways need into the shell's folder. Resolves with all canaries, also those that the
 * cluster made itself: a token, a certificate.
 */
export async function plant(world: World, admin: Shell): Promise<readonly Canary[]> {
  const list = (items: readonly object[]) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  writeFileSync(join(admin.folder, 'definitions.json'), list(world.definitions));
  writeFileSync(join(admin.folder, 'objects.json'), list(world.objects));
  writeFileSync(join(admin.folder, 'second.json'), list(world.second));
  writeFileSync(join(admin.folder, 'values.json'), JSON.stringify(world.chartValues));
  writeFileSync(join(admin.folder, 'changed.json'), list(changed));
  cpSync(join(import.meta.dirname, 'chart'), join(admin.folder, 'chart'), { recursive: true });

  await admin.must(`kubectl create namespace ${NAMESPACE}`);
  await admin.must('kubectl apply -f definitions.json');
  await admin.must('kubectl wait --for=condition=Established crd/widgets.canary.test crd/blobs.canary.test');
  await until(() => admin.run(`kubectl get serviceaccount default`));
  await admin.must('kubectl apply -f objects.json');
  await admin.must('kubectl apply -f second.json');
  for (const { name, client, driver } of RELEASES) {
    const helm = join(await clientNamed(client).prepare(), 'helm');
    await admin.must(`HELM_DRIVER=${driver} ${helm} install ${name} chart -f values.json`);
    await admin.must(`HELM_DRIVER=${driver} ${helm} upgrade ${name} chart -f values.json --set colour=green`);
  }
  const made = [await certificate(admin), await accountToken(admin)];
  await admin.must(
    'kubectl rollout status statefulset/state deployment/web --timeout=120s; kubectl wait --for=condition=Ready pod/talks --timeout=120s',
  );
  await until(async () => /again/.test((await admin.run('kubectl logs talks')).stdout) && { exit: 0 });
  return [...world.canaries, ...made];
}

/** Fields of objects that others own, with values that are none of the world's. */
const changed = [
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'opaque', namespace: NAMESPACE },
    stringData: { word: 'another-value-1' },
  },
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', namespace: NAMESPACE },
    data: { '.env': 'DB_PASSWORD=0ther-va1ue\n' },
  },
  {
    apiVersion: 'canary.test/v1',
    kind: 'Widget',
    metadata: { name: 'one', namespace: NAMESPACE },
    spec: { password: 'an0ther-va1ue' },
  },
];

/** A line of the certificate that the cluster signed. */
async function certificate(admin: Shell): Promise<Canary> {
  await admin.must(
    'openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout csr.key -subj /CN=canary -out csr.pem 2>/dev/null',
  );
  const request = readFileSync(join(admin.folder, 'csr.pem')).toString('base64');
  const spec = { request, signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'] };
  const object = {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: 'canary' },
    spec,
  };
  writeFileSync(join(admin.folder, 'csr.json'), JSON.stringify(object));
  await admin.must('kubectl create -f csr.json && kubectl certificate approve canary');
  const read = 'kubectl get csr canary -o jsonpath={.status.certificate} | base64 -d';
  // Of the signature, at its end: the key before it stands in the request, too, which is shown.
  const line = /\n(.{64})\n.*\n-----END CERTIFICATE-----/;
  await until(async () => line.test((await admin.run(read)).stdout) && { exit: 0 });
  return canary('certificate that was asked for', line.exec(await admin.must(read))?.[1] as string);
}

/** The signature of the token that the cluster puts into a Secret. */
async function accountToken(admin: Shell): Promise<Canary> {
  const read = 'kubectl get secret account -o jsonpath={.data.token} | base64 -d';
  await until(async () => /\.[\w-]{40,}$/.test((await admin.run(read)).stdout) && { exit: 0 });
  return canary('secret, token of a service account', (await admin.must(read)).split('.')[2] as string);
}

const tryMs = 200;
const tries = 300;

async function until(done: () => Promise<{ readonly exit: number | string } | false>): Promise<void> {
  for (let n = 0; n < tries; n++) {
    const said = await done();
    if (said !== false && said.exit === 0) return;
    await pause(tryMs);
  }
  assert.fail(`not after ${tries} tries: ${done}`);
}
