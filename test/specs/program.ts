import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cached } from '../clients/cached.ts';
import { run } from '../clients/programs.ts';

const HERE = import.meta.dirname;

/** What runs the specs, and what their pods run. */
export interface SpecPrograms {
  readonly specs: string;
  readonly agnhost: string;
}

/** Kubernetes’ conformance specs and the program that their pods run, built from upstream's Go modules where the cache does not have them. */
export async function specPrograms(): Promise<SpecPrograms> {
  const version = /k8s\.io\/kubernetes v(\S+)/.exec(readFileSync(join(HERE, 'go.mod'), 'utf8'))?.[1] ?? '';
  const [, minor = ''] = version.split('.');
  const sources = ['go.mod', 'go.sum', 'main.go'].map((name) => join(HERE, name));
  const stamp = 'k8s.io/component-base/version';
  const flags = ['-trimpath', '-buildvcs=false', '-ldflags'];
  const link = `-s -w -X ${stamp}.gitVersion=v${version} -X ${stamp}.gitMajor=1 -X ${stamp}.gitMinor=${minor}`;
  const folder = await cached({
    name: 'specs',
    origin: `the conformance specs of Kubernetes ${version}: two minutes of building on two cores`,
    sources: [...sources, link],
    async make(into) {
      const build = (name: string, what: string, env = {}) =>
        run('go', ['build', ...flags, link, '-o', join(into, name), what], {
          cwd: HERE,
          env: { ...process.env, ...env },
        });
      await build('specs', '.');
      // Static: it runs in an image that has no C library.
      await build('agnhost', 'k8s.io/kubernetes/test/images/agnhost', { CGO_ENABLED: '0' });
    },
  });
  return { specs: join(folder, 'specs'), agnhost: join(folder, 'agnhost') };
}
