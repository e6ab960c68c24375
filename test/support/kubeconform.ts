import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { cached } from '../clients/cached.ts';
import { run } from '../clients/programs.ts';

const MODULE = 'github.com/yannh/kubeconform/cmd/kubeconform@v0.7.0';

/** What kubeconform says of an object. */
export interface Conformity {
  readonly kind: string;
  readonly name: string;
  readonly version: string;
  readonly status: 'statusValid' | 'statusInvalid' | 'statusError' | 'statusSkipped' | 'statusEmpty';
  readonly msg: string;
}

/** kubeconform over manifests, with the schemas of a folder and no others; kinds without one are skipped. */
export async function conformity(manifests: string, schemas: string): Promise<readonly Conformity[]> {
  const folder = await cached({
    name: 'kubeconform',
    origin: 'kubeconform, compiled in half a minute',
    sources: [MODULE],
    make: async (into) => {
      await run('nice', ['go', 'install', '-trimpath', MODULE], {
        env: { ...process.env, GOBIN: into, CGO_ENABLED: '0' },
      });
    },
  });
  const location = join(schemas, '{{ .ResourceKind }}{{ .KindSuffix }}.json');
  const args = ['-schema-location', location, '-ignore-missing-schemas', '-strict', '-verbose', '-output', 'json', '-'];
  const { stdout, stderr } = spawnSync(join(folder, 'kubeconform'), args, { input: manifests, encoding: 'utf8' });
  if (!stdout.startsWith('{')) throw new Error(stderr);
  return (JSON.parse(stdout) as { readonly resources: readonly Conformity[] }).resources;
}
