import { Command } from 'commander';
import type { Config } from '../../config/load.ts';
import type { TargetCheckView } from '../../control/targets/target-check-contract.ts';
import type { TargetChecked } from '../../model/target-check.ts';
import type { Rule } from '../../policy/rule.ts';
import { CliError } from '../cli-error.ts';
import { controlClient } from '../control/client.ts';
import type { Environment } from '../control/find-server.ts';
import { type ControlOptions, print, withControlOptions } from '../control/options.ts';
import { escapeControl } from '../escape-control.ts';
import { readRules } from '../policy/read-policies.ts';
import { readConfig } from '../read-config.ts';

/** What the command asks of clusters. */
export interface CheckPorts {
  /** Looks at a target of the configuration from here; undefined where there is none of this name. */
  readonly checkConfigured: (
    config: Config,
    rules: readonly Rule[],
    name: string,
  ) => Promise<readonly TargetChecked[] | undefined>;
}

interface Options extends ControlOptions {
  readonly config?: string;
}

/** `sallyport target check`. */
export function checkCommand(ports: CheckPorts, env: Environment): Command {
  return withControlOptions(new Command('check'))
    .description(
      'look at a target: reach, certificate, clock, credential, impersonation, and whether its credentials may what configuration and policy need and no more; exit code 1 where something is not right',
    )
    .argument('<name>', 'its name')
    .option(
      '--config <file>',
      'look from here with this configuration, before any gateway runs; default: a gateway looks',
    )
    .action(async (name: string, options: Options) => {
      const checked =
        options.config === undefined
          ? await byGateway(env, name, options)
          : await fromHere(ports, name, options.config);
      print(options.output, { id: name, ...checked }, () => rows(checked.checks));
      if (options.output === 'table')
        for (const line of rightsIn(checked.checks)) process.stdout.write(`${escapeControl(line)}\n`);
      process.exitCode = checked.state === 'failed' ? 1 : checked.state === 'unknown' ? 2 : 0;
    });
}

async function byGateway(env: Environment, name: string, { context }: Options) {
  const client = await controlClient(env, context);
  return (await client.ask('POST', `/targets/${encodeURIComponent(name)}/check`)) as TargetCheckView;
}

async function fromHere({ checkConfigured }: CheckPorts, name: string, file: string) {
  const config = readConfig(file);
  const checks = await checkConfigured(config, readRules({ config: file, files: [] }), name);
  if (checks === undefined) throw new CliError(`there is no target \`${name}\` in ${file}`);
  const worst = (['failed', 'unknown', 'warning'] as const).find((state) =>
    checks.some((each) => each.state === state),
  );
  return { target: name, state: worst ?? ('ok' as const), checks };
}

function rows(checks: readonly TargetChecked[]): readonly (readonly string[])[] {
  return [['CHECK', 'STATE', 'FOUND'], ...checks.map(({ check, state, message }) => [check, state, message])];
}

/** Rights by name, behind the table: there may be many. */
function rightsIn(checks: readonly TargetChecked[]): readonly string[] {
  return checks.flatMap(({ check, missing = [], tooMuch = [] }) => [
    ...missing.map((right) => `${check}: missing: ${right}`),
    ...tooMuch.map((right) => `${check}: too much: ${right}`),
  ]);
}
