import { readFileSync, statSync } from 'node:fs';
import { Command } from 'commander';
import { glob } from '../../policy/glob.ts';
import type { Rule } from '../../policy/rule.ts';
import { counted } from '../../std/counted.ts';
import { CliError } from '../cli-error.ts';
import { listOf, printableJson } from '../escape-control.ts';
import { type OutputFormat, outputOption } from '../output-option.ts';
import { readRulesOf } from '../policy/read-policies.ts';
import { readConfig } from '../read-config.ts';
import { table } from '../table.ts';
import { bootstrapText } from '../target/bootstrap-text.ts';
import { goneRound } from './gone-round.ts';
import { type GuardedCallers, guardPolicy } from './guard-policy.ts';

interface Options {
  readonly config: string;
  readonly user: readonly string[];
  readonly group: readonly string[];
  readonly name: string;
  readonly auditLog?: string;
  readonly output: OutputFormat;
}

/** Limit: a larger audit log is read in parts. */
const AUDIT_BYTES_MAX = 512 * 1024 * 1024;

const each = (value: string, before: readonly string[]) => [...before, value];

/** `sallyport cluster`. */
export function clusterCommand(): Command {
  const guard = new Command('guard')
    .description(
      'print an admission policy that refuses what callers change without the gateway, or find in an audit log what they did without it; nothing is changed',
    )
    .argument('[target]', 'may be left out where there is only one')
    .option('--config <file>', 'the gateway’s configuration', 'sallyport.yaml')
    .option(
      '--user <name>',
      'a caller, as the cluster sees it; beside those that policy names; may be given again',
      each,
      [],
    )
    .option('--group <name>', 'a group of callers, likewise', each, [])
    .option('--name <name>', 'the name of the policy in the cluster', 'sallyport-guard')
    .option('--audit-log <file>', 'read this log of the API server instead; exit code 1 where a caller went round')
    .addOption(outputOption({ when: 'with --audit-log: ' }))
    .action((name: string | undefined, options: Options) => {
      const config = readConfig(options.config, 'policy');
      const { targets } = config;
      const target = name === undefined && targets.length === 1 ? targets[0] : targets.find((one) => one.name === name);
      if (target === undefined)
        throw new CliError(`name a target: ${targets.map((one) => `\`${one.name}\``).join(', ')}`);
      const callers = callersOf(readRulesOf(config), target.name, options);
      if (options.auditLog !== undefined) return detect(options.auditLog, callers, options.output);
      if (!target.marked)
        throw new CliError(
          `target \`${target.name}\` is not marked, so everything its callers change would be refused: say \`marked: true\` in the configuration first`,
        );
      const manifests = guardPolicy({ ...callers, target: target.name, name: options.name });
      const head = [
        `What callers of target \`${target.name}\` change without the gateway is refused: \`sallyport cluster guard\`. Apply it once the gateway runs with \`marked: true\`.`,
      ];
      process.stdout.write(
        bootstrapText(
          head,
          manifests.map((object) => ({ comment: '', object })),
        ),
      );
    });
  return new Command('cluster').addCommand(guard);
}

/** Whom policy names for the target, and who is named by hand. @throws {CliError} nobody is */
function callersOf(rules: readonly Rule[], target: string, { user, group }: Options): GuardedCallers {
  const matches = rules
    .filter(({ effect, targets }) => effect !== 'deny' && targets.some((one) => glob(one)(target)))
    .flatMap(({ callers }) => callers);
  const users = [...user, ...matches.flatMap(({ subjects = [] }) => subjects.filter((name) => !name.includes('*')))];
  const groups = [
    ...group,
    ...matches.flatMap(({ subjects, groups: named = [] }) => (subjects === undefined ? named : [])),
  ];
  if (users.length + groups.length === 0)
    throw new CliError('policy names no caller by subject or group: name them with --user and --group');
  return { users: [...new Set(users)].sort(), groups: [...new Set(groups)].sort() };
}

function detect(file: string, callers: GuardedCallers, output: Options['output']): void {
  if (statSync(file).size > AUDIT_BYTES_MAX)
    throw new CliError(`\`${file}\` is larger than ${AUDIT_BYTES_MAX} bytes: split it`);
  const { found, unread } = goneRound(readFileSync(file, 'utf8').split('\n'), callers);
  const rows = found.map((one) => [
    one.user,
    one.verb,
    one.resource,
    String(one.count),
    one.lastAt,
    one.sourceIp,
    one.userAgent,
  ]);
  const head = ['CALLER', 'VERB', 'RESOURCE', 'COUNT', 'LAST', 'FROM', 'AGENT'];
  const lines = found.length === 0 ? ['nobody went round the gateway'] : table([head, ...rows]);
  process.stdout.write(output === 'json' ? printableJson({ ...listOf(found), unread }) : `${lines.join('\n')}\n`);
  if (unread > 0) process.stderr.write(`${counted(unread, 'line is no event', 'lines are no events')}\n`);
  process.exitCode = found.length === 0 ? 0 : 1;
}
