/*
 * The rules in force: read from files, compiled whole, replaced whole. A changed set that has any mistake is refused as a whole; the old one stays in
 * force, and the failure stays visible until it is mended. Files are looked at once a second rather than watched: a mounted ConfigMap changes by a
 * swapped link, which no file watcher sees the same way everywhere.
 */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { Finding } from '../config/finding.ts';
import { policyFiles } from '../config/load.ts';
import { parsePolicies } from '../config/policy-load.ts';
import { compileForGateway } from '../policy/gateway-rules.ts';
import type { GuardId } from '../policy/guards/guard.ts';
import type { RuleSet } from '../policy/rule-set.ts';

/** How often the files are looked at, in milliseconds. */
const LOOK_EVERY_MS = 1000;

/** Limit: a policy file larger than this is refused. */
const FILE_BYTES_MAX = 4 * 1024 * 1024;

/** What was loaded: the files, how many rules they hold, and the SHA-256 over their bytes in this order. */
export interface LoadedPolicy {
  readonly files: readonly string[];
  readonly rules: number;
  readonly digest: string;
}

interface Options {
  readonly config: { readonly policy: { readonly files: string[] }; readonly openHealthPaths: boolean };
  readonly openGuards: ReadonlySet<GuardId>;
  readonly onLoaded: (loaded: LoadedPolicy) => void;
  readonly onRefused: (findings: readonly Finding[]) => void;
}

/** The rules in force and whether a newer set has been refused. */
export interface PolicyInForce {
  readonly rules: () => RuleSet;
  /** What is wrong with the files as they are now; empty while they are in force. */
  readonly findings: () => readonly Finding[];
  /** Looks at the files now instead of at the next second. */
  look(): void;
  stop(): void;
}

/** The rules of the files, or what is wrong with them; later changes are followed. */
export function loadPolicyInForce(options: Options): PolicyInForce | { readonly mistakes: readonly Finding[] } {
  let seen = fingerprint(options.config);
  const first = load(options);
  if ('findings' in first) return { mistakes: first.findings };
  let rules = first.rules;
  let findings: readonly Finding[] = [];
  options.onLoaded(first.loaded);
  const look = () => {
    const now = fingerprint(options.config);
    if (now === seen) return;
    seen = now;
    const loaded = load(options);
    if ('findings' in loaded) {
      findings = loaded.findings;
      options.onRefused(findings);
    } else {
      rules = loaded.rules;
      findings = [];
      options.onLoaded(loaded.loaded);
    }
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  timer.unref();
  return { rules: () => rules, findings: () => findings, look, stop: () => clearInterval(timer) };
}

function load({
  config,
  openGuards,
}: Options): { readonly rules: RuleSet; readonly loaded: LoadedPolicy } | { readonly findings: readonly Finding[] } {
  const texts: { path: string; text: string }[] = [];
  const findings: Finding[] = [];
  for (const path of filesOf(config)) {
    try {
      if (statSync(path).size > FILE_BYTES_MAX) throw new Error(`it is larger than ${FILE_BYTES_MAX} bytes`);
      texts.push({ path, text: readFileSync(path, 'utf8') });
    } catch (error) {
      findings.push({
        file: path,
        line: 1,
        column: 1,
        path: '',
        message: `the file cannot be read: ${(error as Error).message}`,
        severity: 'error',
      });
    }
  }
  if (findings.length > 0) return { findings };
  const parsed = parsePolicies(texts);
  if ('findings' in parsed) return parsed;
  const digest = createHash('sha256');
  for (const { text } of texts) digest.update(text);
  const loaded = { files: texts.map(({ path }) => path), rules: parsed.rules.length, digest: digest.digest('hex') };
  return {
    rules: compileForGateway(parsed.rules, { unsafe: openGuards, openHealthPaths: config.openHealthPaths }),
    loaded,
  };
}

function filesOf(config: Options['config']): readonly string[] {
  try {
    return policyFiles(config);
  } catch {
    return config.policy.files;
  }
}

/** What changes when a file does: names, sizes, times and inodes. */
function fingerprint(config: Options['config']): string {
  return filesOf(config)
    .map((path) => {
      const stat = statSync(path, { throwIfNoEntry: false });
      return stat === undefined ? `${path} gone` : `${path} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs} ${stat.ino}`;
    })
    .join('\n');
}
