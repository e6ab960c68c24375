/*
 * `npm run conformance [-- --only PATTERN] [--part 1/6]`: Kubernetes' own conformance specs against a real cluster, directly and through the gateway. Every difference
 * is a fault, or stands in `by-design.ts` and in docs/reference/differences.md.
 *
 * It needs what a cluster with pods needs, and Go; half an hour, and on two cores nothing beside it. So it is not in CI. All parts together are the whole.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { clientNamed } from '../clients/clients.ts';
import { cacheFolder } from '../support/cache-folder.ts';
import type { Cluster } from '../support/cluster.ts';
import { startGatewayInFront } from '../support/gateway.ts';
import { bindCaller, CALLER, sharedCluster } from '../support/test-cluster.ts';
import { BY_DESIGN } from './by-design.ts';
import { importImages } from './images.ts';
import { specPrograms } from './program.ts';
import { runSpecs, type SpecOutcome, specNames } from './run-specs.ts';
import { isRun } from './which-specs.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    part: { type: 'string', default: '1/1' },
    processes: { type: 'string', default: '4' },
  },
});
/** Every verb of every resource and every power, by its name where no wildcard reaches it. */
const everything = {
  apiVersion: 'sallyport.dev/v1',
  kind: 'Policy',
  metadata: { name: 'everything' },
  targets: ['*'],
  callers: [{ groups: [...CALLER.groups] }],
  rules: [
    { id: 'resources', effect: 'allow', verbs: ['*'], apiGroups: ['*'], resources: ['*', 'secrets'], helm: true },
    { id: 'paths', effect: 'allow', verbs: ['*'], nonResourceURLs: ['*'] },
    {
      id: 'powers',
      effect: 'allow',
      powers: [
        ...['exec', 'attach', 'portforward', 'ephemeralcontainers', 'pods-proxy', 'services-proxy', 'nodes-proxy'],
        ...['binding', 'finalize', 'approval', 'token'],
      ],
    },
  ],
};

const [part = 1, parts = 1] = values.part.split('/').map(Number);
process.exitCode = await main(new RegExp(values.only), Number(values.processes));

async function main(only: RegExp, processes: number): Promise<number> {
  const { specs, agnhost } = await specPrograms();
  const kubectl = join(await clientNamed('kubectl-1.35').prepare(), 'kubectl');
  const all = (await specNames(specs)).filter((name) => isRun(name) && only.test(name));
  const names = all.filter((_, i) => i % parts === part - 1);
  const runAll: Run = async (way, kubeconfig, chosen, atOnce) => {
    const logs = join(cacheFolder(), 'specs-logs', `${part} of ${parts}`, way);
    mkdirSync(logs, { recursive: true });
    process.stdout.write(`${chosen.length} of ${all.length} specs ${way}; what they say is in ${logs}\n`);
    const outcomes = await runSpecs({ program: specs, kubectl, kubeconfig, names: chosen, processes: atOnce, logs });
    writeFileSync(join(logs, 'outcomes.json'), JSON.stringify([...outcomes], undefined, 1));
    return outcomes;
  };
  const cluster = await sharedCluster('conformance');
  if (cluster === undefined) return 2;
  try {
    await importImages(cluster, agnhost);
    await bindCaller(cluster);
    return report(...(await bothWays(cluster, names, processes, runAll)));
  } finally {
    cluster.stop();
  }
}

type Run = (way: string, kubeconfig: string, names: readonly string[], processes: number) => Promise<Outcomes>;

/**
 * How each spec ends through the gateway, and directly where it fails there: one that passes through the gateway is no difference. What failed is run once more, alone:
 * whether a spec fails may be its luck beside others.
 */
async function bothWays(
  cluster: Cluster,
  names: readonly string[],
  processes: number,
  run: Run,
): Promise<readonly [direct: Outcomes, through: Outcomes]> {
  const gateway = await startGatewayInFront(cluster, { policy: [everything] });
  const twice = async (way: string, kubeconfig: string, chosen: readonly string[], atOnce: number) => {
    const ran = await run(way, kubeconfig, chosen, atOnce);
    const first = new Map(chosen.map((name) => [name, ran.get(name) ?? NOT_RUN]));
    const failed = chosen.filter((name) => first.get(name)?.passed !== true);
    if (failed.length === 0) return first;
    const again = await run(`${way}, again`, kubeconfig, failed, 1);
    for (const [name, { passed }] of again) if (passed) process.stdout.write(`once of two ${way}: ${name}\n`);
    return better(first, again);
  };
  try {
    const through = await twice('through the gateway', gateway.pathlessKubeconfig, names, processes);
    const failed = names.filter((name) => through.get(name)?.passed !== true);
    const direct = failed.length === 0 ? new Map() : await twice('directly', cluster.adminKubeconfig(), failed, 1);
    return [direct, through];
  } finally {
    await gateway.stop();
  }
}

/** The outcomes of both runs; of two of one spec the one that passed. */
function better(first: Outcomes, second: Outcomes): Outcomes {
  const again = [...second].filter(([name]) => first.get(name)?.passed !== true);
  return new Map([...first, ...again]);
}

const NOT_RUN: SpecOutcome = { passed: false, message: 'it did not run', seconds: 0 };

type Outcomes = ReadonlyMap<string, SpecOutcome>;

/** Prints what differs, and gives the exit code: 1 where something does that is not by design, or no longer does. */
function report(direct: Outcomes, through: Outcomes): number {
  const print = (text: string) => process.stdout.write(`${text}\n`);
  const failed = [...through].filter(([, { passed }]) => !passed);
  const failsDirectly = failed.filter(([name]) => direct.get(name)?.passed !== true);
  const differ = failed.filter(([name]) => direct.get(name)?.passed === true);
  const designed = differ.filter(([name]) => whyOf(name) !== undefined);
  const faults = differ.filter(([name]) => whyOf(name) === undefined);
  const stale = BY_DESIGN.filter(({ spec }) =>
    [...through].some(([name, { passed }]) => passed && name.includes(spec)),
  );
  for (const [name] of failsDirectly)
    print(`fails directly too: ${name}\n    ${firstLine(direct.get(name)?.message ?? '')}`);
  for (const [name] of designed) print(`differs by design: ${name}\n    ${whyOf(name)}`);
  for (const { spec } of stale) print(`NO LONGER DIFFERS: ${spec}`);
  for (const [name, { message }] of faults) print(`DIFFERS: ${name}\n    ${firstLine(message)}`);
  print(
    `${through.size} specs: ${through.size - failed.length} pass through the gateway, ${designed.length} differ by design, ${failsDirectly.length} fail directly too`,
  );
  print(`${through.size - faults.length - stale.length} passed, ${faults.length + stale.length} failed`);
  return faults.length + stale.length === 0 && through.size > 0 ? 0 : 1;
}

function whyOf(name: string): string | undefined {
  return BY_DESIGN.find(({ spec }) => name.includes(spec))?.why;
}

function firstLine(message: string): string {
  return (message.split('\n').find((line) => line.trim() !== '') ?? '').slice(0, 300);
}
