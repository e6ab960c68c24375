import { randomBytes } from 'node:crypto';
import { Command, Option } from 'commander';
import { stringify } from 'yaml';
import { CliError } from '../cli/cli-error.ts';
import { escapeControl, listOf, printableJson } from '../cli/escape-control.ts';
import { type OutputFormat, outputOption } from '../cli/output-option.ts';
import { findKind } from '../cli/policy/known-kinds.ts';
import { findingsError, readPolicyFiles, readText } from '../cli/policy/read-policies.ts';
import { readConfig } from '../cli/read-config.ts';
import { parsePolicies } from '../config/parse-policies.ts';
import { parseYaml } from '../config/parse-yaml.ts';
import { patternDetector } from '../masking/detect/pattern-detector.ts';
import { MaskKey, maskKeyBytes } from '../masking/form/mask-key.ts';
import { type SeenObject, seenObject } from '../masking/objects/seen-object.ts';
import { MASK_IDS } from '../masking/rules/mask-ids.ts';
import { MaskRules } from '../masking/rules/mask-rules.ts';
import type { Caller } from '../model/caller.ts';
import { compileCel } from '../policy/cel/compile.ts';
import { decide } from '../policy/decide.ts';
import { compileForGateway } from '../policy/gateway-rules.ts';
import type { GuardId } from '../policy/guards/guard.ts';
import { GUARD_IDS } from '../policy/guards/table.ts';
import { openMasks } from './open-masks.ts';
import { readRequest } from './read-request.ts';

interface Options {
  readonly file: string;
  readonly as: string;
  readonly group: readonly string[];
  readonly issuer: string;
  readonly kind: 'autonomous' | 'person';
  readonly target: string;
  readonly config?: string;
  readonly policy: readonly string[];
  readonly output: OutputFormat;
}

const each = (value: string, before: readonly string[]) => [...before, value];

/** `sallyport mask test`: objects as a caller would see them. Nothing is sent anywhere; masks are made under a key that is thrown away. */
export function maskTestCommand(): Command {
  return new Command('test')
    .description(
      'show objects of a file as a caller would be shown them, and which mask stands where; nothing is sent anywhere',
    )
    .requiredOption('-f, --file <file>', 'objects in YAML or JSON, as `kubectl get -o yaml` prints them')
    .option('--as <subject>', 'the caller’s subject; by default somebody of whom no rule speaks by name', '')
    .option('--group <name>', 'a group of the caller; may be given again', each, [])
    .option('--issuer <name>', 'the caller’s issuer', 'test')
    .addOption(
      new Option('--kind <kind>', 'who holds the issuer’s tokens')
        .choices(['autonomous', 'person'])
        .default('autonomous'),
    )
    .option('--target <name>', 'the target', 'test')
    .option('--config <file>', 'the gateway’s configuration, for its policies and open masks')
    .option('--policy <file>', 'a policy file or folder, instead of a configuration; may be given again', each, [])
    .addOption(outputOption())
    .action(async (options: Options) => {
      const world = worldOf(options);
      const told: Told[] = [];
      for (const object of objectsIn(options.file)) told.push(await seen(object, world, options));
      process.stdout.write(
        options.output === 'json' ? printableJson(listOf(told.map(document))) : told.map(lines).join('---\n'),
      );
    });
}

type KubernetesObject = Readonly<Record<string, unknown>>;

function objectsIn(file: string): readonly KubernetesObject[] {
  return parseYaml(file, readText(file)).flatMap((parsed) => {
    if ('findings' in parsed) throw findingsError(parsed.findings);
    const value: unknown = parsed.document.toJS();
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new CliError(`\`${file}\` holds what is no object`);
    const { kind, items } = value as KubernetesObject;
    return kind === 'List' && Array.isArray(items) ? (items as KubernetesObject[]) : [value as KubernetesObject];
  });
}

function worldOf({ config, policy, as, group, issuer, kind }: Options) {
  const configured = config === undefined ? undefined : readConfig(config, 'policy');
  const files =
    config === undefined && policy.length === 0
      ? []
      : readPolicyFiles({ ...(config === undefined ? {} : { config }), files: policy });
  const parsed = parsePolicies(files);
  if ('findings' in parsed) throw findingsError(parsed.findings);
  // A guard is not what is asked about here: what a rule would show is told, whatever closes it.
  const unsafe = GUARD_IDS as ReadonlySet<GuardId>;
  const caller: Caller = {
    subject: as,
    groups: group,
    issuer,
    kind,
    labels: {},
    tokenEndsAt: Number.MAX_SAFE_INTEGER,
    tokenDigest: '',
  };
  return {
    caller,
    rules: compileForGateway(parsed.rules, { unsafe, openHealthPaths: false }, compileCel),
    masks: new MaskRules(parsed.masks, patternDetector),
    openFor: openMasks(configured?.unsafe.openMasks ?? []),
    key: new MaskKey(randomBytes(maskKeyBytes)),
  };
}

interface Told extends SeenObject {
  readonly what: string;
  readonly isAllowed: boolean;
}

async function seen(
  object: KubernetesObject,
  { caller, rules, masks, openFor, key }: ReturnType<typeof worldOf>,
  { target }: Options,
): Promise<Told> {
  const uri = uriOf(object);
  const read = await readRequest(target, { method: 'GET', uri });
  if ('refusal' in read) throw new CliError(`${uri}: ${read.refusal.message}`);
  const { operation } = read;
  const decision = decide(rules, { caller, operation, facts: {}, nowMs: Date.now() });
  const open = openFor(caller, target);
  const plan = masks.planOf(operation, {
    open: open === 'all' ? MASK_IDS : open,
    masks: masks.masksFor(caller, operation),
    ...(decision.effect === 'allow' && decision.unmask !== undefined ? { unmask: decision.unmask } : {}),
  });
  const keying = { key, target, exchange: '', isComparable: true };
  return { what: uri, isAllowed: decision.effect === 'allow', ...seenObject(JSON.stringify(object), plan, keying) };
}

function uriOf(object: KubernetesObject): string {
  const { apiVersion, kind, metadata } = object;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string')
    throw new CliError('an object of the file has no `apiVersion` and `kind`');
  const { name = 'x', namespace } = (metadata ?? {}) as { readonly name?: string; readonly namespace?: string };
  const [version = '', group = ''] = apiVersion.split('/').toReversed();
  const known = findKind(group === '' ? kind : `${kind}.${group}`);
  const resource = known === undefined || known.kind === '' ? `${kind.toLowerCase()}s` : known.resource;
  const isNamespaced = known?.kind === undefined || known.kind === '' ? namespace !== undefined : known.isNamespaced;
  const place = isNamespaced ? `/namespaces/${namespace ?? 'default'}` : '';
  return `${group === '' ? '/api' : `/apis/${group}`}/${version}${place}/${resource}/${name}`;
}

function document({ what, isAllowed, text, masked, shown }: Told) {
  return { what, isAllowed, masked, shown, object: JSON.parse(text) as unknown };
}

function lines({ what, isAllowed, text, masked, shown }: Told): string {
  const width = Math.max(0, ...masked.map(({ at }) => at.length), ...shown.map((at) => at.length));
  const told = [
    `# ${what}${isAllowed ? '' : ' (no rule that is known here lets the caller read it; if one did:)'}`,
    ...masked.map(({ at, by }) => `# masked ${at.padEnd(width)}  ${by}`),
    ...shown.map((at) => `# shown  ${at}`),
    ...(masked.length + shown.length === 0 ? ['# nothing is masked'] : []),
  ];
  return `${told.map(escapeControl).join('\n')}\n${stringify(JSON.parse(text), { lineWidth: 0 })}`;
}
