import { join } from 'node:path';
import type { KubernetesRelease } from '../support/cluster.ts';
import { cached } from './cached.ts';
import type { Client, ClientName } from './client.ts';
import { missing, run, writeProgram } from './programs.ts';

/** kubectl out of the test cluster's own program. */
export function clusterProgram(name: ClientName, release: KubernetesRelease): Client {
  const build = join(import.meta.dirname, '..', 'cluster', 'build');
  const env = { ...process.env, SALLYPORT_KUBERNETES: release };
  return {
    name,
    missing: missing('go version', 'install Go (https://go.dev/dl)'),
    async prepare() {
      const program = (await run(build, { env })).stdout.trim();
      return cached({
        name,
        origin: `kubectl of Kubernetes ${release}`,
        sources: [`kubectl of ${program}`],
        make: async (into) => writeProgram(join(into, 'kubectl'), `#!/bin/sh\nexec "${program}" kubectl "$@"\n`),
      });
    },
  };
}
