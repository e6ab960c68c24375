/*
 * The rules in force: read from files, compiled whole, replaced whole. A changed set that has any mistake is refused as a whole; the old one stays in
 * force, and the failure stays visible until it is mended. Files are looked at twice a second rather than watched: a mounted ConfigMap changes by a
 * swapped link, which no file watcher sees the same way everywhere.
 *
 * Security: a set without its last rules may be a set without a deny. So files are read once they have been the same for two looks, and what was read counts
 * only where they still are.
 */
import { statSync } from 'node:fs';
import type { Finding } from '../config/finding.ts';
import { policyFiles } from '../config/load.ts';
import type { OpenGuards } from '../config/open-guards.ts';
import type { CompilePattern } from '../masking/rules/compiled-mask.ts';
import type { MaskRules } from '../masking/rules/mask-rules.ts';
import type { Budget } from '../policy/budget.ts';
import type { CompileWhen } from '../policy/compiled-rule.ts';
import { compileForGateway } from '../policy/gateway-rules.ts';
import type { MaskRule } from '../policy/mask-rule.ts';
import type { NotifyRule } from '../policy/notify-rule.ts';
import type { RetentionRule } from '../policy/retention-rule.ts';
import type { Role } from '../policy/role.ts';
import type { Rule } from '../policy/rule.ts';
import type { RuleSet } from '../policy/rule-set.ts';
import { readPolicies } from './read-policies.ts';
import { type ReadPolicies, unreadable } from './read-policy-files.ts';

/** How often the files are looked at, in milliseconds. */
const LOOK_EVERY_MS = 500;

/** What was loaded: the files, how many rules they hold, and the SHA-256 over their bytes in this order. */
export interface LoadedPolicy {
  readonly files: readonly string[];
  readonly rules: number;
  readonly digest: string;
}

/** What of the configuration says which files there are. */
interface PolicyConfig {
  readonly policy: { readonly files: string[] };
}

/** The files as they were at one moment, while they are being read. */
export interface PolicyReading {
  readonly files: readonly string[];
  /** What changes when a file does. */
  readonly fingerprint: string;
  readonly result: Promise<ReadPolicies>;
}

interface Options {
  readonly config: PolicyConfig & { readonly openHealthPaths: boolean };
  readonly guards: Pick<OpenGuards, 'unsafe' | 'openings'>;
  /** The first reading, which may have begun long before. */
  readonly reading: PolicyReading;
  readonly onLoaded: (loaded: LoadedPolicy) => void;
  readonly onRefused: (findings: readonly Finding[]) => void;
}

/** The rules in force and whether a newer set has been refused. */
export interface PolicyInForce {
  readonly rules: () => RuleSet;
  /** The roles of the control plane; replaced together with the rules. */
  readonly roles: () => readonly Role[];
  /** The masks, default ones and those of the files; replaced together with the rules. */
  readonly masks: () => MaskRules;
  /** Who is told of what; replaced together with the rules. */
  readonly notify: () => readonly NotifyRule[];
  /** How much callers may do in a time; replaced together with the rules. */
  readonly budgets: () => readonly Budget[];
  /** How long recordings are kept; replaced together with the rules. */
  readonly retention: () => readonly RetentionRule[];
  /** What is wrong with the files as they are now; empty while they are in force. */
  readonly findings: () => readonly Finding[];
  /** Reads the files now, changed a moment ago or not; resolves when what they are now is in force or refused. */
  look(): Promise<void>;
  /** Looks no more; resolves when a look under way has ended. */
  stop(): Promise<void>;
}

/** Begins to read the files of the configuration. */
export function beginReading(config: PolicyConfig): PolicyReading {
  const files = filesOf(config);
  return { files, fingerprint: fingerprint(files), result: readPolicies(files) };
}

/** The rules of the files, or what is wrong with them; later changes are followed. */
export async function loadPolicyInForce(
  options: Options,
): Promise<PolicyInForce | { readonly mistakes: readonly Finding[] }> {
  const { config, onLoaded, onRefused } = options;
  let seen = options.reading.fingerprint;
  const first = await compiled(options.reading, options);
  if ('findings' in first) return { mistakes: first.findings };
  let { rules, roles, masks, notify, budgets, retention } = first;
  let findings: readonly Finding[] = [];
  onLoaded(first.loaded);
  const readOnce = async () => {
    if (fingerprint(filesOf(config)) === seen) return;
    const reading = beginReading(config);
    const loaded = await compiled(reading, options).catch(broken);
    if (fingerprint(filesOf(config)) !== reading.fingerprint) return;
    seen = reading.fingerprint;
    if ('findings' in loaded) {
      findings = loaded.findings;
      onRefused(findings);
    } else {
      ({ rules, roles, masks, notify, budgets, retention } = loaded);
      findings = [];
      onLoaded(loaded.loaded);
    }
  };
  const reads = oneAfterAnother(readOnce);
  let last = seen;
  const timer = setInterval(() => {
    const now = fingerprint(filesOf(config));
    const isAtRest = now === last;
    last = now;
    if (isAtRest && now !== seen && !reads.isBusy()) reads.next();
  }, LOOK_EVERY_MS);
  timer.unref();
  const stop = () => {
    clearInterval(timer);
    return reads.ended();
  };
  return {
    rules: () => rules,
    roles: () => roles,
    masks: () => masks,
    notify: () => notify,
    budgets: () => budgets,
    retention: () => retention,
    findings: () => findings,
    look: reads.next,
    stop,
  };
}

/** Calls of one task that never overlap. */
function oneAfterAnother(task: () => Promise<void>) {
  let last = Promise.resolve();
  let waiting = 0;
  return {
    isBusy: () => waiting > 0,
    next() {
      waiting++;
      last = last.then(task).finally(() => waiting--);
      return last;
    },
    ended: () => last,
  };
}

type Compiled =
  | {
      readonly rules: RuleSet;
      readonly roles: readonly Role[];
      readonly masks: MaskRules;
      readonly notify: readonly NotifyRule[];
      readonly budgets: readonly Budget[];
      readonly retention: readonly RetentionRule[];
      readonly loaded: LoadedPolicy;
    }
  | { readonly findings: readonly Finding[] };

async function compiled({ files, result }: PolicyReading, { config, guards }: Options): Promise<Compiled> {
  const read = await result;
  if ('findings' in read) return read;
  const options = { unsafe: guards.unsafe, openings: guards.openings, openHealthPaths: config.openHealthPaths };
  // Masks are a third of all that is loaded, and nothing needs them before the policy is read.
  const [{ MaskRules: Made }, pattern] = await Promise.all([
    import('../masking/rules/mask-rules.ts'),
    patternCompilerFor(read.masks),
  ]);
  return {
    rules: compileForGateway(read.rules, options, await compilerFor(read.rules)),
    roles: read.roles,
    masks: new Made(read.masks, pattern),
    notify: read.notify,
    budgets: read.budgets,
    retention: read.retention,
    loaded: { files, rules: read.rules.length, digest: read.digest },
  };
}

/** A change that could not be read whole, for whatever reason: the next one is read all the same. */
function broken(error: Error): Compiled {
  return { findings: [unreadable('', `the policy could not be read: ${error.message}`)] };
}

/** What makes tests of conditions; CEL is a quarter of all that a gateway would load, and is loaded with the first rule that needs it. */
async function compilerFor(rules: readonly Rule[]): Promise<CompileWhen> {
  if (rules.some(({ when }) => when !== undefined)) return (await import('../policy/cel/compile.ts')).compileCel;
  return () => {
    throw new Error('a condition that was not there');
  };
}

/** The same for patterns of masks. */
async function patternCompilerFor(masks: readonly MaskRule[]): Promise<CompilePattern | undefined> {
  if (masks.every(({ pattern }) => pattern === undefined)) return undefined;
  return (await import('../masking/detect/pattern-detector.ts')).patternDetector;
}

function filesOf(config: PolicyConfig): readonly string[] {
  try {
    return policyFiles(config);
  } catch {
    return config.policy.files;
  }
}

/** Names, sizes, times and inodes; of what cannot be looked at, why. */
function fingerprint(files: readonly string[]): string {
  return files.map((path) => `${path} ${look(path)}`).join('\n');
}

function look(path: string): string {
  try {
    const { size, mtimeMs, ctimeMs, ino } = statSync(path);
    return `${size} ${mtimeMs} ${ctimeMs} ${ino}`;
  } catch (error) {
    // Reading it says so, and the rules that were read before stay in force.
    return String((error as NodeJS.ErrnoException).code);
  }
}
