/**
 * Who may import whom, as data: the table of ARCHITECTURE.md.
 *
 * An entry is a folder of src or one file of it. A folder may always import itself, except that one connector never imports another.
 */
export const importTable: Readonly<Record<string, readonly string[] | 'everything'>> = {
  std: [],
  model: ['std'],
  policy: ['model', 'std'],
  approval: ['model', 'std'],
  masking: ['model', 'std', 'policy/mask-rule.ts', 'policy/place-path.ts', 'policy/caller-match.ts', 'policy/glob.ts'],
  release: [
    'model',
    'std',
    'masking/helm/masked-release.ts',
    'masking/form/mask-form.ts',
    'masking/written/holds-mask.ts',
  ],
  recording: ['model', 'std'],
  config: ['model', 'std', 'policy', 'masking/detect/detectors.ts', 'masking/detect/pattern-mistake.ts'],
  admission: [],
  identity: ['model', 'std'],
  listener: ['model', 'std'],
  tunnel: ['model', 'std'],
  connectors: ['model', 'std'],
  grant: ['model', 'std', 'policy'],
  store: ['model', 'std'],
  segments: ['recording'],
  catalog: ['recording', 'segments'],
  retention: ['model', 'std', 'policy', 'recording', 'segments'],
  delivery: [
    'recording',
    'catalog/read-on.ts',
    'control/notices/post-json.ts',
    'control/notices/send-failure.ts',
    'control/notices/webhook.ts',
  ],
  storage: ['model', 'std', 'policy', 'approval', 'recording', 'segments', 'retention', 'catalog/read-pieces.ts'],
  pipeline: ['model', 'std', 'policy', 'approval', 'masking', 'release', 'recording', 'connectors/connector.ts'],
  control: [
    'model',
    'std',
    'policy',
    'approval',
    'grant',
    'recording',
    'store',
    'masking/written/holds-mask.ts',
    'pipeline/access.ts',
    'pipeline/approvals.ts',
    'pipeline/budgets.ts',
    'pipeline/in-flight.ts',
    'pipeline/novelty.ts',
  ],
  cli: [
    'std',
    'control/contract.ts',
    'control/approval-contract.ts',
    'control/delegations/delegation-contract.ts',
    'control/undo-contract.ts',
    'control/session-contract.ts',
    'control/targets/target-contract.ts',
    'model/marker-key.ts',
    'model/operation.ts',
    'model/planned.ts',
    'model/shown.ts',
    'model/target-check.ts',
    'config',
    'policy',
    'masking',
    'recording',
    'segments',
    'retention',
    'catalog',
  ],
  main: 'everything',
};

/** The folders that decide: no I/O, no clock, and of packages and Node's own modules only those named. */
export const pureFolders: Readonly<Record<string, readonly string[]>> = {
  policy: ['@bufbuild/cel', '@bufbuild/protobuf'],
  approval: ['node:crypto'],
  grant: ['node:crypto'],
  masking: ['node:crypto', 'node:zlib', 're2js', 'yaml'],
  recording: ['node:crypto', 'node:zlib'],
  release: ['node:crypto', 'yaml'],
};

/** Ways to the clock, to chance and to the outside that need no import. */
export const impureWords: readonly RegExp[] = [
  /\bDate\.now\b/,
  /\bnew Date\(\s*\)/,
  /\bperformance\b/,
  /\bMath\.random\b/,
  /\bset(?:Timeout|Interval|Immediate)\b/,
  /\bfetch\(/,
  /\bprocess\./,
  /\bconsole\./,
];
