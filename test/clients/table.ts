import type { ClientName } from './client.ts';
import { helmRows } from './helm-rows.ts';
import { kubectlRows } from './kubectl-rows.ts';
import type { Row } from './row.ts';

/** One client and the rows that it is put through, in order, in a namespace of its own. */
export interface Part {
  readonly client: ClientName;
  readonly rows: readonly Row[];
}

// lightkube knows credential plugins of v1beta1 alone, and the JavaScript client and kr8s no `tokenFile`.
const pythonFrameworks: readonly Row[] = [
  { name: 'lightkube', run: 'python-frameworks-client lightkube $NS' },
  { name: 'lightkube with a plugin', run: 'python-frameworks-client lightkube $NS', plugin: 'v1beta1' },
  ...programRows('python-frameworks-client', ['kr8s', 'kr8s-streams']).map((row): Row => ({ ...row, plugin: 'v1' })),
  ...programRows('python-frameworks-client', ['kopf']),
];

const javascript = programRows('javascript-client', ['objects', 'watch', 'exec', 'logs', 'errors']);

// What libraries log of a connection's end is luck; what the program itself says, of a failure too, is in its output.
const JAVA: readonly Row[] = programRows('java-clients', [
  ...['fabric8-objects', 'fabric8-watch-http', 'fabric8-watch-websocket', 'fabric8-streams', 'fabric8-errors'],
  ...['official-objects', 'official-watch', 'official-streams', 'official-errors'],
]).map((row) => ({ ...row, run: `${row.run} 2>/dev/null`, plugin: 'v1' }));

/** The table: every client with its commands. */
export const table: readonly Part[] = [
  { client: 'kubectl-1.27', rows: rowsOf(27) },
  { client: 'kubectl-1.30', rows: rowsOf(30) },
  { client: 'kubectl-1.33', rows: rowsOf(33) },
  { client: 'kubectl-1.35', rows: rowsOf(35) },
  { client: 'kubectl-1.36', rows: rowsOf(36) },
  { client: 'kubectl-1.37', rows: rowsOf(37) },
  { client: 'helm-3', rows: helmRows },
  { client: 'helm-4', rows: helmRows },
  { client: 'python', rows: programRows('python-client', ['objects', 'watch', 'exec', 'logs', 'forward', 'errors']) },
  { client: 'python-frameworks', rows: pythonFrameworks },
  { client: 'javascript', rows: javascript.map((row) => ({ ...row, plugin: 'v1' })) },
  { client: 'client-go', rows: programRows('client-go', ['typed', 'dynamic', 'informer', 'exec', 'errors', 'k9s']) },
  { client: 'java', rows: JAVA },
  { client: 'kube-rs', rows: programRows('kube-rs', ['objects', 'watch', 'controller', 'streams', 'errors']) },
  { client: 'controller-runtime', rows: programRows('controller-runtime', ['client', 'operator']) },
];

/** What brings objects to a wanted state. It takes minutes, so it has a suite of its own. */
export const toolsTable: readonly Part[] = [
  { client: 'gitops', rows: programRows('gitops', ['flux', 'argo']) },
  { client: 'terraform', rows: [{ name: 'plans and applies', run: 'terraform $NS' }] },
  // Each of its tasks starts a Python of its own.
  { client: 'ansible', rows: [{ name: 'a playbook', run: 'ansible-client', minutesMax: 10 }] },
];

// kubectl before 1.35 leaves the path of its kubeconfig's server URL out of what `--raw` asks.
function rowsOf(minor: number): readonly Row[] {
  return kubectlRows.map((row) => (minor < 35 && row.run.includes(' --raw ') ? { ...row, isPathless: true } : row));
}

function programRows(program: string, subcommands: readonly string[]): readonly Row[] {
  return subcommands.map((name) => ({ name, run: `${program} ${name} $NS` }));
}
