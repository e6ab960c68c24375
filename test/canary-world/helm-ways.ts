import type { Way } from './way.ts';

/** The releases that are there, each with two revisions; one keeps its records in ConfigMaps. */
export const RELEASES = [
  { name: 'three', client: 'helm-3', driver: 'secret' },
  { name: 'four', client: 'helm-4', driver: 'secret' },
  { name: 'maps', client: 'helm-3', driver: 'configmap' },
] as const;

const reads = (name: string) =>
  [
    'status',
    'get all',
    'get values --all',
    'get values -o json',
    'get manifest',
    'get hooks',
    'get notes',
    'history',
    'get values --revision 1',
  ]
    .map((command) => `helm ${command} ${name}`)
    .join('; ');

export const helmReadingWays: readonly Way[] = [
  { run: 'helm list -a -o yaml; helm list --debug' },
  ...RELEASES.map(({ name, driver }) => ({ run: `export HELM_DRIVER=${driver}; ${reads(name)}` })),
];

/** What writes a record of what it read. */
export const helmWritingWays: readonly Way[] = RELEASES.flatMap(({ name, driver }) => {
  const environment = `export HELM_DRIVER=${driver};`;
  return [
    { run: `${environment} helm upgrade ${name} chart --reuse-values --set colour=blue`, fails: true },
    {
      run: `${environment} helm upgrade ${name} chart -f values.json --dry-run=server --debug`,
      printsItsOwn: true,
    },
    { run: `${environment} helm rollback ${name} 1` },
  ] as const;
});
