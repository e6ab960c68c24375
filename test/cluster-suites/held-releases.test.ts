/*
 * One yes for a release: real Helm 3 and 4 before a real API server, with masks and guards in force. The pending record is the question; what the release says goes through
 * by its yes, and nothing else does. What was done is read beside the gateway.
 */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ClientName } from '../clients/client.ts';
import type { Cluster } from '../support/cluster.ts';
import { type HeldClients, type Running, startHeldClients } from '../support/held-clients.ts';
import { CALLER, sharedCluster } from '../support/test-cluster.ts';

const CLIENTS = ['kubectl-1.36', 'helm-3', 'helm-4'] as const satisfies readonly ClientName[];
const NAMESPACE = 'held-releases';

const POLICY = {
  apiVersion: 'sallyport.dev/v1',
  kind: 'Policy',
  metadata: { name: 'held' },
  targets: ['*'],
  callers: [{ groups: [...CALLER.groups] }],
  roles: [{ role: 'operator', callers: [{ groups: ['operators'] }] }],
  rules: [
    { id: 'read', effect: 'allow', verbs: ['get', 'list', 'watch'], apiGroups: ['*'], resources: ['*', 'secrets'] },
    { id: 'paths', effect: 'allow', verbs: ['get'], nonResourceURLs: ['*'] },
    {
      id: 'releases',
      effect: 'hold',
      verbs: ['create', 'update', 'patch', 'delete'],
      apiGroups: ['', 'apps'],
      resources: ['secrets', 'configmaps', 'deployments'],
      namespaces: [NAMESPACE],
      helm: true,
      hold: { approvers: [{ groups: ['operators'] }], intent: 'helm' },
    },
  ],
};

const ALL = `apiVersion: v1
kind: ConfigMap
metadata: { name: "{{ .Release.Name }}" }
data: { colour: "{{ .Values.colour }}" }
---
apiVersion: v1
kind: Secret
metadata: { name: "{{ .Release.Name }}" }
stringData: { password: "{{ .Values.password }}" }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: "{{ .Release.Name }}", labels: { app: web } }
spec:
  replicas: 0
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: "registry.test/busybox:{{ .Values.tag }}"
          resources: { limits: { cpu: 1000m, memory: 0.5Gi } }
          env:
            - { name: COLOUR, value: "{{ .Values.colour }}" }
{{- if .Values.extra }}
            - { name: EXTRA, value: "yes" }
        - { name: side, image: "registry.test/busybox:1" }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: "{{ .Release.Name }}-extra" }
data: { a: b }
{{- end }}
`;
const HOOK = `apiVersion: v1
kind: ConfigMap
metadata:
  name: "{{ .Release.Name }}-hook"
  annotations: { "helm.sh/hook": "pre-upgrade,pre-rollback", "helm.sh/hook-delete-policy": "before-hook-creation,hook-succeeded" }
data: { ran: "{{ .Values.colour }}" }
`;

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
type Json = any;

const cluster = await sharedCluster('one yes for a release of real Helm');
if (cluster !== undefined) suite(cluster);

function suite(real: Cluster): void {
  let held: HeldClients;

  before(async () => {
    held = await startHeldClients(real, NAMESPACE, CLIENTS, { policy: [POLICY], openMasks: [], openGuards: [] });
  });
  after(() => held?.stop());

  const get = async (kind: string, name: string): Promise<Json> =>
    JSON.parse(await held.admin(['-n', NAMESPACE, 'get', kind, name, '-o', 'json']));
  const names = (kind: string) => held.admin(['-n', NAMESPACE, 'get', kind, '-o', 'name']);

  for (const client of ['helm-3', 'helm-4'] as const) {
    const chartOf = () => {
      const chart = join(held.folder, `chart-${client}`);
      mkdirSync(join(chart, 'templates'), { recursive: true });
      writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: shop\nversion: 0.1.0\n');
      writeFileSync(join(chart, 'values.yaml'), 'password: correct-horse-battery\nextra: true\n');
      writeFileSync(join(chart, 'templates', 'all.yaml'), ALL);
      writeFileSync(join(chart, 'templates', 'hook.yaml'), HOOK);
      return chart;
    };
    const helm = (args: readonly string[]) => held.run(client, args);

    /** The questions that persons were asked, and those that were covered, since the last time. */
    let seen = new Set<string>();
    const asked = async () => {
      const { items } = await held.api('GET', '/approvals?limit=1000');
      const fresh = items.filter(({ id }: Json) => !seen.has(id));
      seen = new Set(items.map(({ id }: Json) => id));
      return {
        persons: fresh.filter(({ restOf }: Json) => restOf === undefined),
        covered: fresh.filter(({ restOf }: Json) => restOf !== undefined),
      };
    };
    const through = async (what: string, running: Running): Promise<Json> => {
      const question = await held.question(`${what} release \`${client}\``, running);
      await held.answer('approve', question);
      const { code, said } = await running.ended;
      assert.equal(code, 0, said);
      const { persons, covered } = await asked();
      assert.deepEqual(
        persons.map(({ shown }: Json) => shown.operation),
        [question.shown.operation],
        'one question for all of it',
      );
      for (const one of covered) assert.equal(one.restOf, question.id);
      const { rest } = await held.api('GET', `/approvals/${question.id}`);
      assert.equal(rest.uses.length, covered.length, 'what it covered is listed');
      return question;
    };

    test(`${client}: install, upgrade and rollback ask once each, and go through with what goes, hooks and records`, async () => {
      await asked();
      const chart = chartOf();
      const first = await through('install', helm(['install', client, chart, '--set', 'colour=red,tag=1']));
      assert.ok(first.shown.body.includes('kind: Deployment'), 'the manifest is shown, not its packed form');
      assert.ok(!JSON.stringify(first).includes('correct-horse-battery'), 'without the values of Secrets');
      assert.ok(first.shown.rest.covers.includes(`makes ConfigMap \`${client}-extra\``));
      const password = (await get('secret', client)).data.password;
      assert.equal(Buffer.from(password, 'base64').toString(), 'correct-horse-battery');

      const second = await through(
        'upgrade',
        helm(['upgrade', client, chart, '--set', 'colour=blue,tag=2,extra=false']),
      );
      for (const what of [`deletes ConfigMap \`${client}-extra\``, `changes Deployment (apps) \`${client}\``])
        assert.ok(second.shown.rest.covers.includes(what), JSON.stringify(second.shown.rest));
      const { containers } = (await get('deployment', client)).spec.template.spec;
      assert.deepEqual(
        containers.map(({ image, env }: Json) => [image, env]),
        [['registry.test/busybox:2', [{ name: 'COLOUR', value: 'blue' }]]],
      );
      assert.ok(!(await names('configmaps')).includes(`${client}-extra`));

      await through('rollback', helm(['rollback', client, '1']));
      assert.equal((await get('configmap', client)).data.colour, 'red');
      assert.equal((await get('secret', client)).data.password, password, 'masks that came back are values again');
      assert.equal((await get('deployment', client)).spec.template.spec.containers.length, 2);
    });

    test(`${client}: a no is told by Helm, and nothing of the release has been done`, async () => {
      const running = helm(['upgrade', client, chartOf(), '--set', 'colour=green,tag=3']);
      const question = await held.question(`upgrade release \`${client}\``, running);
      await held.answer('reject', question, 'not green');
      const { code, said } = await running.ended;
      assert.equal(code, 1);
      assert.match(said, /not green/);
      assert.equal((await get('configmap', client)).data.colour, 'red');
      assert.ok(!(await names('secrets')).includes(`sh.helm.release.v1.${client}.v4`));
    });

    test(`T59: ${client}: what the release does not say asks by itself, by the same token and while its yes is good`, async () => {
      await asked();
      await through('upgrade', helm(['upgrade', client, chartOf(), '--set', 'colour=blue,tag=2,extra=false']));
      const tries: readonly (readonly [what: string, args: readonly string[]])[] = [
        ['patch configmaps', ['patch', 'configmap', client, '--type=merge', '-p', '{"data":{"colour":"black"}}']],
        ['patch configmaps', ['patch', 'configmap', client, '--type=merge', '-p', '{"data":{"more":"x"}}']],
        ['patch deployments', ['set', 'image', `deployment/${client}`, 'web=registry.test/busybox:evil']],
        ['delete configmaps', ['delete', 'configmap', client]],
        ['create configmaps', ['create', 'configmap', `${client}-other`]],
      ];
      for (const [what, args] of tries) {
        const running = held.run('kubectl-1.36', args);
        const question = await held.question(what, running);
        assert.equal(question.restOf, undefined);
        await held.answer('reject', question, 'not of the release');
        assert.equal((await running.ended).code, 1, args.join(' '));
      }
      assert.equal((await get('configmap', client)).data.colour, 'blue');
    });
  }
}
