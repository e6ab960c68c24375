/*
 * From `sallyport.yaml` to a frozen value. Every mistake is listed at once; nothing is half loaded. File paths come out absolute, files that
 * must be there are looked for, and all that is read later (certificates, tokens, policy) is named but not read here.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { anyGlob } from '../policy/glob.ts';
import { noSuchGuard } from '../policy/guards/no-such-guard.ts';
import { deepFreeze } from '../std/deep-freeze.ts';
import { isExampleUrl } from '../std/example-url.ts';
import { fileTrouble } from '../std/file-trouble.ts';
import { mistakeWords } from '../std/mistake-words.ts';
import { isTrustedUrl } from '../std/trusted-url.ts';
import { clashes } from './clashes.ts';
import { type Finding, findingAt, type Located, schemaFindings } from './finding.ts';
import { parseYaml } from './parse-yaml.ts';
import { type ConfigDocument, configSchema } from './schema.ts';
import { OBSERVED_DAYS_MAX } from './unsafe.ts';
import { stringsAt, valuesAt } from './values-at.ts';

/** The configuration: frozen, with absolute paths. */
export type Config = ConfigDocument & {
  readonly file: string;
  readonly policyFiles: readonly string[];
  /** Which worker this is, from 1 on; absent where the gateway is one process. */
  readonly worker?: number;
};

/** Which of the files that a configuration names must be there: for who only looks at its policy or for its journal, on whatever machine, those of `policy.files`. */
export type FilesNeeded = 'all' | 'policy';

/** What a configuration is held against. */
interface Known {
  readonly guards: ReadonlySet<string>;
  /** Default: `all`. */
  readonly files?: FilesNeeded;
}

/** Limit: a configuration or policy file larger than this is refused. */
const FILE_BYTES_MAX = 4 * 1024 * 1024;

/** The configuration, or all that is wrong with it. */
export function loadConfig(
  file: string,
  known: Known,
): { readonly config: Config } | { readonly findings: readonly Finding[] } {
  const path = resolve(file);
  const text = readText(path);
  if (typeof text !== 'string') return { findings: [text] };
  return parseConfig(path, text, known);
}

/** The same, for a text that has been read. */
export function parseConfig(
  file: string,
  text: string,
  known: Known,
): { readonly config: Config } | { readonly findings: readonly Finding[] } {
  const [located, ...more] = parseYaml(file, text);
  if (located === undefined)
    return { findings: [{ file, line: 1, column: 1, path: '', message: 'the file is empty', severity: 'error' }] };
  if ('findings' in located) return { findings: located.findings };
  if (more.length > 0) return { findings: [findingAt(located, [], 'the file holds more than one document')] };
  const value: unknown = located.document.toJS() ?? {};
  const parsed = configSchema.safeParse(value, { error: mistakeWords });
  const findings = [
    ...(parsed.success ? [] : schemaFindings(located, parsed.error)),
    ...missingFiles(located, value, dirname(file), known.files ?? 'all'),
    ...untrustedIssuers(located, value),
    ...exampleIssuers(located, value),
    ...loginsWithoutConsole(located, value),
    ...workersWithoutConsole(located, value),
    ...unknownGuards(located, value, known.guards),
    ...unreachedTargets(located, value),
    ...observedTooLong(located, value, Date.now()),
    ...receiversInJournal(located, value, dirname(file)),
    ...clashes(located, value),
  ];
  if (!parsed.success || findings.length > 0)
    return { findings: findings.sort((a, b) => a.line - b.line || a.column - b.column) };
  const config = withAbsolutePaths(parsed.data, dirname(file));
  return { config: deepFreeze({ ...config, file, policyFiles: policyFiles(config) }) };
}

function readText(path: string): string | Finding {
  const finding = (message: string): Finding => ({
    file: path,
    line: 1,
    column: 1,
    path: '',
    message,
    severity: 'error',
  });
  try {
    if (statSync(path).size > FILE_BYTES_MAX) return finding(`the file is larger than ${FILE_BYTES_MAX} bytes`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return finding(
      code === 'ENOENT'
        ? 'there is no such file; `sallyport init` writes one'
        : `the file cannot be read: ${fileTrouble(error)}`,
    );
  }
}

/** Where the document names files that must be there. */
const FILE_KEYS: readonly string[] = [
  'tls.certificateFile',
  'tls.keyFile',
  'masks.keyFile',
  'masks.retiredKeyFiles.*',
  'issuers.*.caFile',
  'issuers.*.keys.file',
  'issuers.*.login.clientSecretFile',
  'targets.*.kubeconfig.file',
  'targets.*.server.caFile',
  'targets.*.server.tokenFile',
  'targets.*.eks.caFile',
  'targets.*.reader.kubeconfig.file',
  'targets.*.reader.tokenFile',
  'policy.files.*',
  'notifiers.*.slack.tokenFile',
  'notifiers.*.teams.urlFile',
  'notifiers.*.webhook.secretFile',
  'notifiers.*.pagerduty.routingKeyFile',
  'notifiers.*.module.file',
  'journal.signingKeyFile',
  'journal.preImageKeyFile',
  'journal.witnesses.*.webhook.tokenFile',
  'journal.receivers.*.webhook.secretFile',
  'journal.receivers.*.webhook.caFile',
  'journal.receivers.*.syslog.caFile',
  'journal.receivers.*.syslog.certificateFile',
  'journal.receivers.*.syslog.keyFile',
  'journal.receivers.*.otlp.headersFile',
  'journal.receivers.*.otlp.caFile',
  'store.postgres.urlFile',
  'store.keyFile',
  'tracing.headersFile',
  'tracing.caFile',
];

function withAbsolutePaths(document: ConfigDocument, folder: string): ConfigDocument {
  const config = structuredClone(document);
  for (const { path, value } of FILE_KEYS.flatMap((key) => stringsAt(config, key))) {
    const parent = path
      .slice(0, -1)
      .reduce<unknown>((node, part) => (node as Record<PropertyKey, unknown>)[part], config);
    (parent as Record<PropertyKey, unknown>)[path.at(-1) as PropertyKey] = resolve(folder, value);
  }
  const dataFolder = resolve(folder, config.dataFolder);
  const journal =
    config.journal.folder === undefined ? join(dataFolder, 'journal') : resolve(folder, config.journal.folder);
  for (const witness of config.journal.witnesses ?? [])
    if (witness.folder !== undefined) witness.folder = resolve(folder, witness.folder);
  for (const place of config.journal.places ?? [])
    if (place.folder !== undefined) place.folder = resolve(folder, place.folder);
  for (const { file } of config.journal.receivers) if (file !== undefined) file.path = resolve(folder, file.path);
  if (config.store?.sqlite !== undefined) config.store.sqlite.file = resolve(folder, config.store.sqlite.file);
  return { ...config, dataFolder, journal: { ...config.journal, folder: journal } };
}

function missingFiles(located: Located, value: unknown, folder: string, needed: FilesNeeded): Finding[] {
  const keys = needed === 'all' ? FILE_KEYS : FILE_KEYS.filter((key) => key.startsWith('policy.'));
  return keys
    .flatMap((key) => stringsAt(value, key))
    .flatMap((entry) => {
      const file = resolve(folder, entry.value);
      return existsSync(file) ? [] : [findingAt(located, entry.path, `there is no file \`${file}\``)];
    });
}

function untrustedIssuers(located: Located, value: unknown): Finding[] {
  const named = [...stringsAt(value, 'issuers.*.url'), ...stringsAt(value, 'issuers.*.keys.url')];
  return named.flatMap(({ path, value: url }) => {
    const hasOtherKeys =
      path.length === 3 &&
      ['url', 'file'].some((key) =>
        stringsAt(value, `issuers.*.keys.${key}`).some((other) => other.path[1] === path[1]),
      );
    const signsIn = valuesAt(value, 'issuers.*.login').some((login) => login.path[1] === path[1]);
    if ((hasOtherKeys && !signsIn) || !URL.canParse(url) || isTrustedUrl(url)) return [];
    return [
      findingAt(located, path, 'keys are fetched over https, or http on loopback; anyone on the way could change them'),
    ];
  });
}

/** An issuer that `sallyport init` left to be filled in: a gateway that starts with it knows nobody, and tells each caller so instead of its operator. */
function exampleIssuers(located: Located, value: unknown): Finding[] {
  return stringsAt(value, 'issuers.*.url').flatMap(({ path, value: url }) =>
    URL.canParse(url) && isExampleUrl(url)
      ? [
          findingAt(
            located,
            path,
            `\`${url}\` is an example and nobody’s: write the \`iss\` claim of your callers’ tokens`,
          ),
        ]
      : [],
  );
}

/** Where nothing is served, nobody signs in. */
function loginsWithoutConsole(located: Located, value: unknown): Finding[] {
  if (valuesAt(value, 'console').length > 0) return [];
  return valuesAt(value, 'issuers.*.login').map(({ path }) =>
    findingAt(located, path, 'expected a `console`: persons sign in there'),
  );
}

/** What workers have in common (budgets, guesses, masks that are remembered, kills) lies in the store, which is the control plane's. */
function workersWithoutConsole(located: Located, value: unknown): Finding[] {
  if (valuesAt(value, 'console').length > 0) return [];
  return valuesAt(value, 'workers').flatMap(({ path, value: workers }) =>
    typeof workers === 'number' && workers > 1
      ? [
          findingAt(
            located,
            path,
            'expected a `console` (`console: { port: 8444 }`): workers share what they count through its store',
          ),
        ]
      : [],
  );
}

function unknownGuards(located: Located, value: unknown, guards: ReadonlySet<string>): Finding[] {
  const named = ['unsafe.openGuards.*', 'unsafe.openGuards.*.id'].flatMap((place) => stringsAt(value, place));
  return named.flatMap(({ path, value: guard }) =>
    guards.has(guard) ? [] : [findingAt(located, path, noSuchGuard(guard, guards))],
  );
}

/** The journal's folder is its writer's: a file that somebody else moves there would be none of it. */
function receiversInJournal(located: Located, value: unknown, folder: string): Finding[] {
  const [data] = stringsAt(value, 'dataFolder');
  const [own] = stringsAt(value, 'journal.folder');
  const journal = resolve(folder, own?.value ?? join(data?.value ?? '.sallyport', 'journal'));
  return stringsAt(value, 'journal.receivers.*.file.path').flatMap(({ path, value: name }) =>
    dirname(resolve(folder, name)) === journal
      ? [findingAt(located, path, 'expected a file outside the journal’s folder')]
      : [],
  );
}

/** What is only observed is not a way to run without policy for good. */
function observedTooLong(located: Located, value: unknown, nowMs: number): Finding[] {
  return stringsAt(value, 'unsafe.observe.until').flatMap(({ path, value: until }) =>
    Date.parse(until) - nowMs <= OBSERVED_DAYS_MAX * 86_400_000
      ? []
      : [
          findingAt(
            located,
            path,
            `expected an instant within ${OBSERVED_DAYS_MAX} days: policy is tried for a while, and then enforced`,
          ),
        ],
  );
}

/** An opening that reaches no target opens nothing, and was meant to. */
function unreachedTargets(located: Located, value: unknown): Finding[] {
  const names = stringsAt(value, 'targets.*.name').map((each) => each.value);
  return ['unsafe.openGuards.*.targets.*', 'unsafe.observe.targets.*']
    .flatMap((place) => stringsAt(value, place))
    .flatMap(({ path, value: pattern }) =>
      names.some(anyGlob([pattern])) ? [] : [findingAt(located, path, `no target is called \`${pattern}\``)],
    );
}

/** The files that the entries under `policy.files` stand for: a folder's `.yaml` and `.yml` files, in the order of their names. */
export function policyFiles(config: Pick<ConfigDocument, 'policy'>): readonly string[] {
  return config.policy.files.flatMap((path) =>
    statSync(path).isDirectory()
      ? readdirSync(path)
          .filter((entry) => /\.ya?ml$/.test(entry) && !/\.test\.ya?ml$/.test(entry))
          .sort()
          .map((entry) => join(path, entry))
      : [path],
  );
}
