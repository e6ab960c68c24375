import { Command, InvalidArgumentError, Option } from 'commander';
import { isMap } from 'yaml';
import type { z } from 'zod';
import { type Located, schemaFindings } from '../../config/finding.ts';
import { openGuards } from '../../config/open-guards.ts';
import { parseYaml } from '../../config/parse-yaml.ts';
import { factsSchema, requestSchema } from '../../config/policy-test-schema.ts';
import { patternDetector } from '../../masking/detect/pattern-detector.ts';
import { MaskRules } from '../../masking/rules/mask-rules.ts';
import { explain } from '../../policy/analysis/explain.ts';
import { compileCel } from '../../policy/cel/compile.ts';
import { decide } from '../../policy/decide.ts';
import type { Facts } from '../../policy/facts.ts';
import { compileForGateway } from '../../policy/gateway-rules.ts';
import { wholeOf } from '../../policy/observing.ts';
import type { Question } from '../../policy/question.ts';
import { mistakeWords } from '../../std/mistake-words.ts';
import { CliError } from '../cli-error.ts';
import { escapeControl, listOf, printableJson } from '../escape-control.ts';
import { wholeNumber } from '../option-values.ts';
import { type OutputFormat, outputOption } from '../output-option.ts';
import { readConfig } from '../read-config.ts';
import { explanationLines } from './explain-text.ts';
import { findKind } from './known-kinds.ts';
import type { OfflineRequest, RequestReader } from './offline-request.ts';
import type { Manifest } from './place-of-words.ts';
import { factsOf } from './question-facts.ts';
import { findingsError, guardIds, readPolicySet, readText } from './read-policies.ts';
import { requestsOfWords } from './request-of-words.ts';

interface Options {
  readonly as: string;
  readonly group: readonly string[];
  readonly issuer?: string;
  readonly label: readonly string[];
  readonly kind?: 'autonomous' | 'person';
  readonly target?: string;
  readonly config?: string;
  readonly policy: readonly string[];
  readonly openGuard: readonly string[];
  readonly request?: string;
  readonly verb: string;
  readonly facts?: string;
  readonly at?: number;
  readonly nearest: number;
  readonly output: OutputFormat;
}

const each = (value: string, before: readonly string[]) => [...before, value];

/** `sallyport policy explain`. */
export function explainCommand(read: RequestReader): Command {
  return new Command('explain')
    .description(
      'tell how a request would be answered and why; exit code 0 for an allow, 1 for a deny or hold, 3 where it hangs on what is not given',
    )
    .argument('[words...]', 'behind `--`, in kubectl’s words: `delete pod web -n prod`')
    .requiredOption('--as <subject>', 'the caller’s subject')
    .option('--group <name>', 'a group of the caller; may be given again', each, [])
    .option('--issuer <name>', 'the caller’s issuer; by default the configuration’s first')
    .option('--label <key=value>', 'a label of the caller; may be given again', each, [])
    .addOption(new Option('--kind <kind>', 'by default what the issuer is for').choices(['autonomous', 'person']))
    .option('--target <name>', 'the target; may be left out where the configuration has only one')
    .option('--config <file>', 'the gateway’s configuration, for its policies, issuers, targets and open guards')
    .option('--policy <file>', 'a policy file or folder, instead of a configuration; may be given again', each, [])
    .option(
      '--open-guard <id>',
      'a guard that is open, beside those of the configuration; may be given again',
      each,
      [],
    )
    .option('--request <file>', 'a request {method, uri, headers, body}, or a manifest, instead of words')
    .addOption(
      new Option('--verb <verb>', 'what is done with the manifest')
        .choices(['create', 'update', 'patch', 'apply', 'delete'])
        .default('apply'),
    )
    .option(
      '--facts <file>',
      'what the gateway would look up: existing, result, pod, namespaceLabels, services, lastDone',
    )
    .option('--at <instant>', 'when it is asked, such as 2026-03-01T09:00:00Z; default: now', atInstant)
    .option('--nearest <count>', 'rules that do not match and are told, at most', wholeNumber(0, 9_999), 3)
    .addOption(outputOption())
    .action(async (words: string[], options: Options) => {
      const asked = { ...world(options), facts: writtenFacts(options), nowMs: options.at ?? Date.now() };
      const told: Told[] = [];
      for (const request of requestsOf(words, options)) told.push(await judge(request, asked, options, read));
      const documents = told.map(({ document }) => document);
      process.stdout.write(
        options.output === 'json'
          ? printableJson(documents.length === 1 ? documents[0] : listOf(documents))
          : `${told.map(({ lines }) => lines.join('\n')).join('\n\n')}\n`,
      );
      process.exitCode = EXIT_CODES[WEAKEST.find((answer) => told.some((each) => each.answer === answer)) ?? 'deny'];
    });
}

/** What one request comes to; of several, the first of these that one of them has stands for all. */
type Answer = 'deny' | 'unknown' | 'hold' | 'allow';

const WEAKEST: readonly Answer[] = ['deny', 'hold', 'unknown', 'allow'];
const EXIT_CODES: Readonly<Record<Answer, number>> = { allow: 0, deny: 1, hold: 1, unknown: 3 };

interface Told {
  readonly answer: Answer;
  readonly lines: readonly string[];
  readonly document: object;
}

interface Asked extends ReturnType<typeof world> {
  readonly facts: Facts;
  readonly nowMs: number;
}

async function judge(
  request: OfflineRequest,
  { rules, masks, caller, target, facts, nowMs }: Asked,
  options: Options,
  read: RequestReader,
): Promise<Told> {
  const found = await read(target, request);
  if ('refusal' in found) {
    const { code, message } = found.refusal;
    const line = escapeControl(`refused before any rule is asked: ${code}: ${message}`);
    return { answer: 'deny', lines: [line], document: { answer: 'deny', request, refusal: found.refusal } };
  }
  const known = request.services === undefined ? facts : { services: request.services, ...facts };
  const question: Question = { caller, operation: found.operation, facts: known, nowMs };
  const explanation = explain(rules, question, options.nearest);
  const whole = wholeOf(rules);
  const shadow = whole === undefined ? undefined : decide(whole, question);
  const { apiGroup, resource, subresource } = found.operation;
  const speaking = masks
    .masksFor(caller, found.operation)
    .filter((mask) => mask.reaches(apiGroup, resource, subresource))
    .map(({ id }) => id);
  const { body, query, ...operation } = found.operation;
  const answer = explanation.facts.unknown.length > 0 ? 'unknown' : explanation.decision.effect;
  return {
    answer,
    lines: [...explanationLines(request, question, explanation, speaking), ...shadowLine(explanation.decision, shadow)],
    document: {
      answer,
      request,
      caller,
      operation: { ...operation, query: Object.fromEntries(query) },
      masks: speaking,
      ...explanation,
      ...(shadow === undefined || shadow.effect === explanation.decision.effect ? {} : { shadow }),
    },
  };
}

/** What the rules that are only observed would change. */
function shadowLine(
  { effect }: { readonly effect: string },
  shadow: ReturnType<typeof decide> | undefined,
): readonly string[] {
  if (shadow === undefined || shadow.effect === effect) return [];
  return [escapeControl(`observed rules would answer: ${shadow.effect}, by \`${shadow.rule}\``)];
}

function writtenFacts({ facts }: Options): Facts {
  return factsOf(facts === undefined ? {} : validated(readDocument(facts), factsSchema));
}

function requestsOf(words: readonly string[], { request, verb }: Options): readonly OfflineRequest[] {
  if ((request === undefined) === (words.length === 0))
    throw new CliError('say what is asked, as words behind `--` or with --request');
  if (request === undefined) return requestsOfWords(words);
  const located = readDocument(request);
  const document: Manifest = located.document.toJS();
  return 'method' in document ? [validated(located, requestSchema)] : requestsOfManifest(document, verb);
}

function requestsOfManifest(object: Manifest, verb: string): readonly OfflineRequest[] {
  const { apiVersion, kind, metadata } = object;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string')
    throw new CliError('the request file has neither `method` and `uri` nor `apiVersion` and `kind`');
  const { name = '', namespace } = (metadata ?? {}) as { name?: string; namespace?: string };
  const [version = '', group = ''] = apiVersion.split('/').toReversed();
  const known = findKind(group === '' ? kind : `${kind}.${group}`);
  const plural = known === undefined || known.kind === '' ? `${kind.toLowerCase()}s` : known.resource;
  const word = group === '' ? plural : `${plural}.${version}.${group}`;
  const place = namespace === undefined ? [] : ['-n', namespace];
  return requestsOfWords(
    [verb, word, ...(name === '' ? [] : [name]), ...place],
    verb === 'delete' ? undefined : object,
  );
}

function readDocument(file: string): Located {
  const [located, ...more] = parseYaml(file, readText(file));
  if (located === undefined || more.length > 0) throw new CliError(`\`${file}\` must hold exactly one document`);
  if ('findings' in located) throw findingsError(located.findings);
  if (!isMap(located.document.contents)) throw new CliError(`\`${file}\` holds no object`);
  return located;
}

function validated<Schema extends z.ZodType>(located: Located, schema: Schema): z.output<Schema> {
  const parsed = schema.safeParse(located.document.toJS(), { error: mistakeWords });
  if (!parsed.success) throw findingsError(schemaFindings(located, parsed.error));
  return parsed.data;
}

function world(options: Options) {
  const config = options.config === undefined ? undefined : readConfig(options.config, 'policy');
  const source =
    options.config === undefined ? { files: options.policy } : { config: options.config, files: options.policy };
  const { unsafe, openings } = openGuards(config ?? { unsafe: { openGuards: [] } });
  const opened = new Set([...unsafe, ...guardIds(options.openGuard)]);
  const compileOptions = { unsafe: opened, openings, openHealthPaths: config?.openHealthPaths ?? false };
  const set = readPolicySet(source);
  const rules = compileForGateway(set.rules, compileOptions, compileCel);
  const issuer = options.issuer ?? config?.issuers[0]?.name ?? 'test';
  const configured = config?.issuers.find(({ name }) => name === issuer);
  if (config !== undefined && configured === undefined)
    throw new CliError(`there is no issuer \`${issuer}\` in the configuration`);
  const names = config?.targets.map(({ name }) => name);
  const target = options.target ?? (names?.length === 1 ? names[0] : undefined);
  if (target === undefined || (names !== undefined && !names.includes(target)))
    throw new CliError(`name a target with --target${names === undefined ? '' : `: ${names.join(', ')}`}`);
  const kind = options.kind ?? configured?.kind ?? 'autonomous';
  const labels = Object.fromEntries(options.label.map(pair));
  const caller = { subject: options.as, groups: options.group, issuer, kind, labels, tokenEndsAt: 0, tokenDigest: '' };
  return { rules, masks: new MaskRules(set.masks, patternDetector), target, caller };
}

function pair(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new CliError(`\`${text}\` is no label; write --label key=value`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function atInstant(text: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new InvalidArgumentError('expected an instant such as 2026-03-01T09:00:00Z');
  return at;
}
