// The real clients of the table, each fetched or built on first use, checked, and kept in the cache folder. A client is a folder
// of programs that goes in front of PATH.

import { ansibleProgram } from './ansible-program.ts';
import type { Client, ClientName } from './client.ts';
import { clusterProgram } from './cluster-program.ts';
import { goProgram } from './go-program.ts';
import { javaProgram } from './java-program.ts';
import { javascriptProgram } from './javascript-program.ts';
import { layerProgram } from './layer-program.ts';
import { pythonProgram } from './python-program.ts';
import { rustProgram } from './rust-program.ts';

/** Every client of the table. */
export const clients: readonly Client[] = [
  goProgram('kubectl-1.27', 'kubectl', 'kubectl 1.27.16 (40 MB of Go modules)'),
  layerProgram('kubectl-1.30', 'kubectl', 'kubectl 1.30.0 and Helm 3.17.1'),
  layerProgram('kubectl-1.33', 'kubectl', 'kubectl 1.33.9'),
  layerProgram('kubectl-1.35', 'kubectl', 'kubectl 1.35.2 and Helm 4.1.4'),
  layerProgram('kubectl-1.36', 'kubectl', 'kubectl 1.36.3'),
  clusterProgram('kubectl-1.37', '1.37'),
  layerProgram('helm-3', 'helm', 'kubectl 1.30.0 and Helm 3.17.1'),
  layerProgram('helm-4', 'helm', 'kubectl 1.35.2 and Helm 4.1.4'),
  pythonProgram('python', 'the Python client (50 MB of wheels)'),
  pythonProgram('python-frameworks', 'kopf, kr8s and lightkube (40 MB of wheels)'),
  { name: 'javascript', missing: undefined, prepare: javascriptProgram },
  goProgram('controller-runtime', 'controller-runtime', 'an operator on controller-runtime (30 MB of Go modules)'),
  goProgram('client-go', 'client-go', 'a program on client-go 0.35.4 (30 MB of Go modules)'),
  goProgram('gitops', 'gitops', 'the engines of Flux and Argo CD (100 MB of Go modules)'),
  goProgram('terraform', 'terraform', 'Terraform’s provider (100 MB of Go modules)'),
  javaProgram(),
  rustProgram(),
  ansibleProgram(),
];

/** The client of that name. */
export function clientNamed(name: ClientName): Client {
  const client = clients.find((candidate) => candidate.name === name);
  if (client === undefined) throw new Error(`there is no client ${name}`);
  return client;
}
