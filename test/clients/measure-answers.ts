// How each client of the table takes a no and a wait: all of them ask through one gateway for what policy refuses, or holds for a person by a real hold rule, and what
// each says is written down. Each process has a caller of its own, so that how often it asks can be counted.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { RecordedOperation } from '../../src/recording/event.ts';
import type { Cluster } from '../support/cluster.ts';
import { type GatewayInFront, MACHINES, OPERATORS, startGatewayInFront } from '../support/gateway.ts';
import { bindCaller, CALLER } from '../support/test-cluster.ts';
import { type Administrator, administratorOf } from './administrator.ts';
import { type Answer, type AskedKind, OPEN_SECONDS, UPGRADE_SECONDS } from './asking.ts';
import { callersOf, type OwnCaller } from './callers.ts';
import { type ControlApi, controlApi } from './control-api.ts';
import type { Ending } from './ending.ts';
import { type FollowedProcess, followProcess } from './followed-process.ts';
import { journalEvents } from './journal-events.ts';
import { normalised } from './normalise.ts';
import { until } from './until.ts';
import { withoutLuck } from './without-luck.ts';

/** What clients say of the answer, a line each, and last how often one asked that asked more than once. By `client kind`. */
export type AnswersMeasured = Readonly<Record<string, readonly string[]>>;

/** Limit: who has not ended by then counts as one who hangs; a client that is known to wait is held for 50 s, and asks again. */
const ANSWERED_MS_MAX = 240_000;
/** How often a client is started before it counts as one that does not ask. */
const TRIES_MAX = 5;
const ASKED_MS_MAX = 90_000;

/** Lets the clients ask, answers them so, and resolves with what each said. */
export async function measureAnswers(
  cluster: Cluster,
  answer: Answer,
  askings: readonly Ending[],
): Promise<AnswersMeasured> {
  await bindCaller(cluster);
  const namespace = `asking-${answer}`;
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-answers-'));
  const gateway = await startGatewayInFront(cluster, { console: true, policy: [policyOf(answer)] });
  const operator = await controlApi(gateway);
  const admin = await administratorOf(cluster, namespace);
  const asking: Asking[] = [];
  try {
    const callers = await callersOf(gateway, folder, namespace, askings);
    await prepare(admin, namespace, callers);
    const isOver = () => asking.every(({ process }) => process.unsettled().length === 0);
    let isWhole = false;
    const answering =
      answer === 'soon' || answer === 'late'
        ? approving(gateway, operator, answer, () => isWhole && isOver())
        : undefined;
    // One client after the other, so that none gives up because the machine is busy; where each is answered at once, only once it was answered.
    for (const group of Object.values(Object.groupBy(callers, ({ ending }) => ending.name))) {
      asking.push(...(await Promise.all((group ?? []).map((caller) => untilAsked(gateway, admin, caller)))));
      if (answer === 'no' || answer === 'soon') await until(isOver, ANSWERED_MS_MAX);
    }
    isWhole = true;
    await until(isOver, ANSWERED_MS_MAX);
    await answering;
    return wordsOf(gateway, answer, asking, { namespace, folder });
  } finally {
    for (const { process } of asking) process.stop();
    await operator.close();
    await gateway.stop();
    // Nobody else's pod is to wait for nodes that there are not.
    await admin(
      `kubectl delete node -l drained=yes --wait=false; kubectl delete namespace ${namespace} --wait=false; true`,
    );
    rmSync(folder, { recursive: true });
  }
}

/** A client's process that asks. */
interface Asking {
  readonly caller: OwnCaller;
  readonly process: FollowedProcess;
  /** How many events the journal had before it. */
  readonly eventsBefore: number;
}

/** Starts a client, and resolves once it has asked for all that it asks for; one that ends before, because the machine is busy, is started again. */
async function untilAsked(gateway: GatewayInFront, admin: Administrator, caller: OwnCaller): Promise<Asking> {
  for (let tries = 1; ; tries++) {
    const { ending, environment } = caller;
    const eventsBefore = journalEvents(gateway).length;
    const process = followProcess(ending, environment);
    const asking = { caller, process, eventsBefore };
    const left = () => ending.kinds.filter((kind) => triesOf(gateway, asking, kind) === 0);
    await until(() => left().length === 0 || left().some((kind) => !process.unsettled().includes(kind)), ASKED_MS_MAX);
    if (left().length === 0 || tries === TRIES_MAX) return asking;
    process.stop();
    const { WHO: who } = environment;
    await admin(`kubectl delete configmap ${who}-new --ignore-not-found
      kubectl create configmap ${who}-there --dry-run=client -o yaml | kubectl apply --validate=false -f -`);
  }
}

function triesOf(gateway: GatewayInFront, { caller, eventsBefore }: Asking, kind: string): number {
  const isOf = OF[kind as AskedKind];
  const subject = MACHINES + caller.subject;
  return journalEvents(gateway)
    .slice(eventsBefore)
    .filter(
      (event) =>
        event.type === 'exchange.begun' &&
        event.caller.subject === subject &&
        event.operation !== undefined &&
        isOf(event.operation),
    ).length;
}

/** Everybody reads what a client has to look at first; what is asked for is not allowed, or waits for an operator. */
function policyOf(answer: Answer): object {
  const core = { apiGroups: [''] };
  const hold = {
    approvers: [{ groups: [OPERATORS] }],
    upgradeWaitMax: `${UPGRADE_SECONDS}s`,
    ...(answer === 'never' ? { waitMax: `${OPEN_SECONDS}s` } : {}),
  };
  const held = [
    { ...core, verbs: ['create', 'delete', 'patch'], resources: ['configmaps'] },
    { ...core, verbs: ['create'], resources: ['pods/eviction'] },
    { ...core, verbs: ['get', 'list', 'watch'], resources: ['services'] },
    { powers: ['exec'] },
  ].map((match, i) => ({ id: `asked-${i}`, effect: 'hold', reason: 'a person looks at it', ...match, hold }));
  return {
    apiVersion: 'sallyport.dev/v1',
    kind: 'Policy',
    metadata: { name: 'answers' },
    targets: ['*'],
    callers: [{ groups: [...CALLER.groups] }],
    rules: [
      {
        ...{ id: 'reads', effect: 'allow', verbs: ['get', 'list', 'watch'], apiGroups: ['', 'apps'] },
        resources: ['configmaps', 'pods', 'nodes', 'namespaces', 'daemonsets'],
      },
      { ...core, id: 'releases', effect: 'allow', verbs: ['*'], resources: ['secrets'] },
      { ...core, id: 'cordon', effect: 'allow', verbs: ['patch'], resources: ['nodes'] },
      ...(answer === 'no' ? [] : held),
    ],
  };
}

/** What is asked for: a Service, a pod, and for each caller a ConfigMap of its own, and a node with a pod where it drains one. */
async function prepare(admin: Administrator, namespace: string, callers: readonly OwnCaller[]): Promise<void> {
  await admin(`kubectl create namespace ${namespace}; until kubectl get serviceaccount default; do :; done`);
  const container = {
    name: 'ticks',
    image: 'registry.test/busybox:1',
    imagePullPolicy: 'Never',
    command: ['sleep', '100000'],
  };
  const podSpec = { terminationGracePeriodSeconds: 0, dnsPolicy: 'Default', containers: [container] };
  const pod = (name: string, more: object) => ({
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { ...podSpec, ...more } },
  });
  const items = callers.flatMap(({ ending, environment: { WHO: who = '' } }): object[] => {
    if (!ending.kinds.includes('evict'))
      return [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `${who}-there` } }];
    const nodeName = `${namespace}-${who}-node`;
    return [
      { apiVersion: 'v1', kind: 'Node', metadata: { name: nodeName, labels: { drained: 'yes' } } },
      pod(`${who}-pod`, { nodeName }),
    ];
  });
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'closed' }, spec: { ports: [{ port: 80 }] } };
  const list = { apiVersion: 'v1', kind: 'List', items: [service, pod('ticks', {}), ...items] };
  await admin('kubectl apply --validate=false -f -', JSON.stringify(list));
  await admin('kubectl wait --for=condition=Ready pod/ticks --timeout=120s');
}

interface Question {
  readonly id: string;
  readonly digest: string;
}

/** Says yes to each question: at once, or once its client was told that it waits; resolves when all is over. */
async function approving(
  gateway: GatewayInFront,
  operator: ControlApi,
  answer: 'soon' | 'late',
  isOver: () => boolean,
): Promise<void> {
  for (const endMs = Date.now() + ANSWERED_MS_MAX; !isOver() && Date.now() < endMs; await pause(200)) {
    const { items } = await operator.call<{ items: readonly Question[] }>('GET', '/approvals?state=pending');
    const told = answer === 'soon' ? [] : toldMessages(gateway);
    for (const { id } of items.filter(
      (item) => answer === 'soon' || told.some((message) => message.includes(item.id)),
    )) {
      await approve(operator, id);
    }
  }
}

/** Says yes to what is shown; where what it would do is still looked up, or has been by then, the next look says it. */
async function approve(operator: ControlApi, id: string): Promise<void> {
  const { digest } = await operator.call<Question>('GET', `/approvals/${id}`);
  try {
    await operator.call('POST', `/approvals/${id}/approve`, { digest, reason: '' });
  } catch (thrown) {
    // Its client may have given up, too.
    if (!/ANSWER_(?:EARLY|LATE)|VERSION_CHANGED/.test(String(thrown))) throw thrown;
  }
}

function toldMessages(gateway: GatewayInFront): readonly string[] {
  return journalEvents(gateway).flatMap((event) =>
    event.type === 'exchange.ended' && event.outcome.kind === 'refused' ? [event.outcome.message] : [],
  );
}

function wordsOf(
  gateway: GatewayInFront,
  answer: Answer,
  asking: readonly Asking[],
  where: { readonly namespace: string; readonly folder: string },
): AnswersMeasured {
  const surroundings = { ...where, servers: [`${gateway.url}/k8s/main`, gateway.url] };
  const entries = asking.flatMap((each) =>
    each.process.ending.kinds.map((kind) => {
      const lines = each.process
        .words(kind)
        .map((line) => inShort(withoutLuck(normalised(line, surroundings))))
        // What client-go logs beside what it returns is luck.
        .filter((line) => !/^[EIW]LOG /.test(line));
      const words = each.process.unsettled().includes(kind) ? [...lines, 'hangs'] : lines;
      const tries = inWords(triesOf(gateway, each, kind), answer);
      return [`${each.process.ending.name} ${kind}`, [...new Set(words), ...tries]] as const;
    }),
  );
  return Object.fromEntries(entries);
}

/** How often it asked. How often it did until a person said yes is that person's luck. */
function inWords(tries: number, answer: Answer): readonly string[] {
  if (tries === 1) return [];
  return [tries > 1 && (answer === 'soon' || answer === 'late') ? 'asks again' : `asks ${tries} times`];
}

const HURRIED = 'its own time is over (context deadline exceeded, or Client.Timeout exceeded)';

/** Without the whole `Status` where its message has been said, and without headers. */
function inShort(line: string): string {
  return (
    line
      // Which of its clocks ends first is luck.
      .replace(/^.*(?:context deadline exceeded|Client\.Timeout exceeded).*$/, HURRIED)
      .replace(/ Received status: Status\(.*/, ' Received status: …')
      .replace(/\(Status \{.*/, '(Status { … })')
      .replace(/-\+-\+- \{.*\} -\+-\+- \{.*/, '-+-+- headers -+-+- the whole Status')
      .replace(/-\+-\+- \{.*\} -\+-\+- b'.*/, '-+-+- headers -+-+- the whole Status')
  );
}

/** Whether an operation is what is asked for. */
const OF: Readonly<Record<AskedKind, (operation: RecordedOperation) => boolean>> = {
  // kr8s lists with the name as a selector.
  get: ({ resource, name }) => resource === 'services' && name === 'closed',
  watch: ({ resource, name }) => resource === 'services' && name === '',
  create: ({ verb, resource }) => resource === 'configmaps' && verb === 'create',
  delete: ({ verb, resource }) => resource === 'configmaps' && verb === 'delete',
  hurried: ({ verb, resource }) => resource === 'configmaps' && verb === 'delete',
  exec: ({ power }) => power === 'exec',
  evict: ({ resource, subresource }) => resource === 'pods' && subresource === 'eviction',
  // Helm 4 applies.
  install: ({ verb, resource }) => resource === 'configmaps' && (verb === 'create' || verb === 'patch'),
};
