import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitInOrder } from '../support/exit-in-order.ts';

/** How a spec ended. */
export interface SpecOutcome {
  readonly passed: boolean;
  /** Why not; empty where it passed. */
  readonly message: string;
  readonly seconds: number;
}

export interface SpecsRun {
  readonly program: string;
  readonly kubectl: string;
  readonly kubeconfig: string;
  readonly names: readonly string[];
  /** How many run at once: most of them wait for pods. */
  readonly processes: number;
  /** The folder for what they say. */
  readonly logs: string;
}

interface Report {
  readonly SpecReports: readonly {
    readonly LeafNodeType: string;
    readonly ContainerHierarchyTexts: readonly string[] | null;
    readonly LeafNodeText: string;
    readonly State: string;
    readonly RunTime: number;
    readonly Failure?: { readonly Message: string };
  }[];
}

/** Conformance specs that can run beside others, and end in minutes. */
const LABELS = 'Conformance && !Serial && !Disruptive && !Slow';

/** The names of the conformance specs, in order. */
export async function specNames(program: string): Promise<readonly string[]> {
  const all = await ginkgo(program, '/dev/null', ['--ginkgo.dry-run']);
  return [...all.keys()].sort();
}

/** Runs specs, and resolves with how each ended. */
export async function runSpecs(run: SpecsRun): Promise<Map<string, SpecOutcome>> {
  const { program, kubectl, kubeconfig, names, processes, logs } = run;
  const shards = Array.from({ length: processes }, (_, shard) => names.filter((_, i) => i % processes === shard));
  const ended = await Promise.all(
    shards.map((shard, index) => {
      if (shard.length === 0) return new Map<string, SpecOutcome>();
      return ginkgo(program, join(logs, `specs-${index}.log`), [
        `--kubeconfig=${kubeconfig}`,
        `--kubectl-path=${kubectl}`,
        '--provider=skeleton',
        '--ginkgo.v',
        `--ginkgo.focus=(?:${shard.map((name) => name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|')})`,
      ]);
    }),
  );
  return new Map(ended.flatMap((shard) => [...shard]));
}

async function ginkgo(program: string, log: string, flags: readonly string[]): Promise<Map<string, SpecOutcome>> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-specs-'));
  const report = join(folder, 'report.json');
  const own = ['--ginkgo.no-color', '--ginkgo.seed=1', '--ginkgo.timeout=3h', `--ginkgo.label-filter=${LABELS}`];
  const all = [...own, ...flags, `--ginkgo.json-report=${report}`];
  try {
    const child = spawn('sh', ['-c', 'log=$1; shift; exec "$@" > "$log" 2>&1', 'sh', log, program, ...all], {
      stdio: 'ignore',
    });
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    exitInOrder();
    await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
    process.off('exit', kill);
    return outcomes(JSON.parse(readFileSync(report, 'utf8')) as readonly Report[]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function outcomes(reports: readonly Report[]): Map<string, SpecOutcome> {
  const found = new Map<string, SpecOutcome>();
  for (const spec of reports.flatMap(({ SpecReports }) => SpecReports)) {
    if (spec.LeafNodeType !== 'It' || spec.State === 'skipped' || spec.State === 'pending') continue;
    const name = [...(spec.ContainerHierarchyTexts ?? []), spec.LeafNodeText].join(' ');
    const message = spec.Failure?.Message ?? '';
    found.set(name, { passed: spec.State === 'passed', message, seconds: Math.round(spec.RunTime / 1e9) });
  }
  return found;
}
