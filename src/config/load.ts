/*
 * From `sallyport.yaml` to a frozen value. Every mistake is listed at once; nothing is half loaded. File paths come out absolute, files that
 * must be there are looked for, and all that is read later (certificates, tokens, policy) is named but not read here.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { isTrustedUrl } from '../std/trusted-url.ts';
import { type Finding, findingAt, type Located, schemaFindings } from './finding.ts';
import { parseYaml } from './parse-yaml.ts';
import { type ConfigDocument, configSchema } from './schema.ts';

/** The configuration: frozen, with absolute paths. */
export type Config = ConfigDocument & { readonly file: string; readonly policyFiles: readonly string[] };

/** Limit: a configuration or policy file larger than this is refused. */
const FILE_BYTES_MAX = 4 * 1024 * 1024;

/** The configuration, or all that is wrong with it. */
export function loadConfig(
  file: string,
  known: { readonly guards: ReadonlySet<string> },
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
  known: { readonly guards: ReadonlySet<string> },
): { readonly config: Config } | { readonly findings: readonly Finding[] } {
  const [located, ...more] = parseYaml(file, text);
  if (located === undefined)
    return { findings: [{ file, line: 1, column: 1, path: '', message: 'the file is empty', severity: 'error' }] };
  if ('findings' in located) return { findings: located.findings };
  if (more.length > 0) return { findings: [findingAt(located, [], 'the file holds more than one document')] };
  const parsed = configSchema.safeParse(located.document.toJS() ?? {});
  if (!parsed.success) return { findings: schemaFindings(located, parsed.error) };
  const config = withAbsolutePaths(parsed.data, dirname(file));
  const findings = [
    ...missingFiles(located, config),
    ...untrustedIssuers(located, config),
    ...unknownGuards(located, config, known.guards),
  ];
  if (findings.length > 0) return { findings };
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
      code === 'ENOENT' ? 'there is no such file; `sallyport init` writes one' : `the file cannot be read: ${code}`,
    );
  }
}

function withAbsolutePaths(config: ConfigDocument, folder: string): ConfigDocument {
  const absolute = <T extends string | undefined>(path: T): T =>
    path === undefined ? path : (resolve(folder, path) as T);
  return {
    ...config,
    dataFolder: absolute(config.dataFolder),
    tls: {
      ...config.tls,
      certificateFile: absolute(config.tls.certificateFile),
      keyFile: absolute(config.tls.keyFile),
    },
    issuers: config.issuers.map((issuer) => ({
      ...issuer,
      caFile: absolute(issuer.caFile),
      keys: issuer.keys === undefined ? undefined : { ...issuer.keys, file: absolute(issuer.keys.file) },
    })),
    targets: config.targets.map((target) => ({
      ...target,
      kubeconfig: target.kubeconfig && { ...target.kubeconfig, file: absolute(target.kubeconfig.file) },
      server: target.server && {
        ...target.server,
        caFile: absolute(target.server.caFile),
        tokenFile: absolute(target.server.tokenFile),
      },
    })),
    policy: { files: config.policy.files.map(absolute) },
    journal: {
      ...config.journal,
      folder: absolute(config.journal.folder) ?? join(resolve(folder, config.dataFolder), 'journal'),
    },
  };
}

function missingFiles(located: Located, config: ConfigDocument): Finding[] {
  const named: [PropertyKey[], string | undefined][] = [
    [['tls', 'certificateFile'], config.tls.certificateFile],
    [['tls', 'keyFile'], config.tls.keyFile],
    ...config.issuers.flatMap((issuer, i): [PropertyKey[], string | undefined][] => [
      [['issuers', i, 'caFile'], issuer.caFile],
      [['issuers', i, 'keys', 'file'], issuer.keys?.file],
    ]),
    ...config.targets.flatMap((target, i): [PropertyKey[], string | undefined][] => [
      [['targets', i, 'kubeconfig', 'file'], target.kubeconfig?.file],
      [['targets', i, 'server', 'caFile'], target.server?.caFile],
      [['targets', i, 'server', 'tokenFile'], target.server?.tokenFile],
    ]),
    ...config.policy.files.map((file, i): [PropertyKey[], string | undefined] => [['policy', 'files', i], file]),
  ];
  return named.flatMap(([path, file]) =>
    file === undefined || existsSync(file) ? [] : [findingAt(located, path, `there is no file \`${file}\``)],
  );
}

function untrustedIssuers(located: Located, config: ConfigDocument): Finding[] {
  return config.issuers.flatMap((issuer, i) => {
    const isFetched = issuer.keys?.file === undefined;
    const from = issuer.keys?.url ?? issuer.url;
    const path: PropertyKey[] = issuer.keys?.url === undefined ? ['issuers', i, 'url'] : ['issuers', i, 'keys', 'url'];
    return isFetched && !isTrustedUrl(from)
      ? [
          findingAt(
            located,
            path,
            'keys are fetched over https, or http on loopback; anyone on the way could change them',
          ),
        ]
      : [];
  });
}

function unknownGuards(located: Located, config: ConfigDocument, guards: ReadonlySet<string>): Finding[] {
  return config.unsafe.openGuards.flatMap((guard, i) =>
    guards.has(guard)
      ? []
      : [
          findingAt(
            located,
            ['unsafe', 'openGuards', i],
            `\`${guard}\` is no guard; there are ${[...guards].map((id) => `\`${id}\``).join(', ')}`,
          ),
        ],
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

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
