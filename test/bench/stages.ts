/*
 * Where the gateway's processor time goes, by stage of the data path: a gateway of its own under Node's sampling profiler, at saturation.
 *
 * Each sample goes to the innermost frame that belongs to a stage, so what a stage calls of Node or of a package counts as that stage's. What has no
 * such frame is Node's own: reading from sockets, TLS and parsing HTTP for both sides, before any of our code is called. What runs on other threads
 * (collecting garbage, compiling, writing and syncing the journal) is not sampled; it is told by the system and shown as a share of the whole. `mask` hides nothing yet.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Job } from './load.ts';
import { cpuMicros, mainThreadMicros } from './process-cost.ts';
import type { World } from './world.ts';

/** A stage and its share of the gateway's processor time, from 0 to 1. */
export interface StageShare {
  readonly stage: string;
  readonly share: number;
}

const WRITE = 'write the reply';

/** The first that a frame's file contains is its stage. */
const STAGES: readonly (readonly [part: string, stage: string])[] = [
  ['src/listener/reply', WRITE],
  ['src/listener/', 'listen: take the request'],
  ['src/pipeline/accept', 'accept'],
  ['src/identity/', 'authenticate'],
  ['src/connectors/kubernetes/upstream/', 'forward'],
  ['src/connectors/kubernetes/kubernetes-connector', 'forward'],
  ['node_modules/undici/', 'forward'],
  ['src/connectors/', 'parse'],
  ['src/pipeline/body-reader', 'parse'],
  ['src/pipeline/record', 'record'],
  ['src/pipeline/in-flight', 'record'],
  ['src/recording/', 'record'],
  ['src/storage/', 'record'],
  ['src/main/metrics', 'metrics'],
  ['node_modules/prom-client/', 'metrics'],
  ['src/pipeline/resolve', 'resolve and decide'],
  ['src/pipeline/judge', 'resolve and decide'],
  ['src/policy/', 'resolve and decide'],
  ['src/pipeline/settle', 'settle'],
  ['src/pipeline/mask', 'mask'],
  ['src/pipeline/serve', 'serve itself'],
];

const OWN_TO_NODE = 'Node: sockets, TLS, HTTP, before our code';
const NAMED: ReadonlyMap<string, string> = new Map([
  ['(garbage collector)', 'Node: garbage collector'],
  ['(program)', OWN_TO_NODE],
]);

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly children?: readonly number[];
  }[];
  readonly startTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** The shares for one kind of request, largest first. */
export async function measureStages(
  world: World,
  asked: Pick<Job, 'ask' | 'httpVersion'>,
  requests: number,
): Promise<readonly StageShare[]> {
  const gateway = await world.startGateway({
    nodeFlags: ['--cpu-prof', `--cpu-prof-dir=${world.folder}`, '--cpu-prof-interval=500'],
  });
  const { pid } = gateway.way;
  const mode = { kind: 'saturate', requests, clients: 32 } as const;
  await world.load(gateway.way, { ...asked, mode });
  const [cpu, main, from] = [cpuMicros(pid), mainThreadMicros(pid), monotonicMicros()];
  await world.load(gateway.way, { ...asked, mode });
  const to = monotonicMicros();
  const wholeMicros = cpuMicros(pid) - cpu;
  const otherMicros = main === undefined ? 0 : wholeMicros - ((mainThreadMicros(pid) ?? 0) - main);
  await gateway.stop();
  const [file] = globSync(join(world.folder, `*.${pid}.*.cpuprofile`));
  if (file === undefined) throw new Error('the gateway left no profile');
  const profile = JSON.parse(readFileSync(file, 'utf8')) as Profile;
  return shares(byStage(profile, from, to), otherMicros / wholeMicros);
}

/** The clock that the profiler stamps its samples with. */
function monotonicMicros(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

function shares(micros: ReadonlyMap<string, number>, otherThreads: number): readonly StageShare[] {
  const sum = [...micros.values()].reduce((total, each) => total + each, 0);
  const all = [...micros].map(([stage, each]) => ({ stage, share: (each / sum) * (1 - otherThreads) }));
  return [...all, { stage: 'other threads: garbage, compiling, the journal’s disk', share: otherThreads }].sort(
    (a, b) => b.share - a.share,
  );
}

function byStage(
  { nodes, samples, timeDeltas, startTime }: Profile,
  from: number,
  to: number,
): ReadonlyMap<string, number> {
  const stages = stageOfNodes(nodes);
  const micros = new Map<string, number>();
  let at = startTime;
  samples.forEach((id, i) => {
    at += timeDeltas[i] as number;
    const stage = stages.get(id);
    if (stage === undefined || at < from || at > to) return;
    micros.set(stage, (micros.get(stage) ?? 0) + (timeDeltas[i + 1] ?? 0));
  });
  return micros;
}

const WIRE_METHODS: ReadonlySet<string> = new Set(['head', 'flushHead', 'write', 'end', 'cut']);

/** The files of the two versions of HTTP take requests and write replies; the latter are the methods of `Wire`. */
function wireStage({ functionName, url }: Profile['nodes'][number]['callFrame']): string | undefined {
  return /src\/listener\/http[12]\.ts$/.test(url) && WIRE_METHODS.has(functionName) ? WRITE : undefined;
}

/** Each frame's stage; none for what is idle. */
function stageOfNodes(nodes: Profile['nodes']): ReadonlyMap<number, string> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const stages = new Map<number, string>();
  const visit = (id: number, inherited: string): void => {
    const node = byId.get(id) as Profile['nodes'][number];
    const { functionName, url } = node.callFrame;
    const stage =
      wireStage(node.callFrame) ??
      STAGES.find(([part]) => url.includes(part))?.[1] ??
      NAMED.get(functionName) ??
      inherited;
    if (functionName !== '(idle)') stages.set(id, stage);
    for (const child of node.children ?? []) visit(child, stage);
  };
  visit((nodes[0] as Profile['nodes'][number]).id, OWN_TO_NODE);
  return stages;
}
