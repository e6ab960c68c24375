import { Command } from 'commander';
import type { DelegationView } from '../../control/delegations/delegation-contract.ts';
import { lengthOfTime } from '../option-values.ts';
import { controlClient } from './client.ts';
import type { Environment } from './find-server.ts';
import { type ControlOptions, print, printList, withControlOptions } from './options.ts';

interface DelegateOptions extends ControlOptions {
  readonly to: string;
  readonly issuer?: string;
  readonly for: string;
  readonly rule?: readonly string[];
  readonly reason: string;
}

/** `sallyport approvals delegate`, `delegations` and `take-back`: what one answers, handed to another for a time. */
export function delegateCommands(env: Environment): readonly Command[] {
  return [giveCommand(env), listCommand(env), endCommand(env)];
}

function giveCommand(env: Environment): Command {
  return withControlOptions(new Command('delegate'))
    .description('hand to another person, for a time, what you may answer, where the rules let you (`delegate`)')
    .requiredOption('--to <subject>', 'the person, by the subject that rules know them by')
    .option('--issuer <name>', 'their issuer; default: your own')
    .requiredOption('--for <time>', 'for how long, seven days at most, as `8h`', lengthOfTime)
    .option(
      '--rule <id>',
      'only for this rule; repeats; default: each that lets you',
      (id, all: readonly string[] = []) => [...all, id],
    )
    .requiredOption('--reason <text>', 'why, in your own words')
    .action(async ({ output, context, to, issuer, for: length, rule = [], reason }: DelegateOptions) => {
      const client = await controlClient(env, context);
      const body = {
        to: { subject: to, ...(issuer === undefined ? {} : { issuer }) },
        for: length,
        rules: rule,
        reason,
      };
      const given = (await client.ask('POST', '/delegations', body)) as DelegationView;
      print(output, given, () => rows([given]));
    });
}

function listCommand(env: Environment): Command {
  return withControlOptions(new Command('delegations'))
    .description('list what you have handed on or were handed, the newest first')
    .option('--all', 'everybody’s; for auditors and operators')
    .action(async ({ output, context, all = false }: ControlOptions & { readonly all?: boolean }) => {
      const client = await controlClient(env, context);
      const page = (await client.ask('GET', `/delegations${all ? '?all=true' : ''}`)) as {
        items: DelegationView[];
        next: string | null;
      };
      printList(
        output,
        page,
        () => rows(page.items),
        all ? 'nobody has handed anything on' : 'you have handed nothing on, and were handed nothing',
      );
    });
}

function endCommand(env: Environment): Command {
  return withControlOptions(new Command('take-back'))
    .description('end a delegation before its time: who gave it, who was named, or an operator')
    .argument('<id>', 'its id')
    .option('--reason <text>', 'why, in your own words', '')
    .action(async (id: string, { output, context, reason }: ControlOptions & { readonly reason: string }) => {
      const client = await controlClient(env, context);
      const path = `/delegations/${encodeURIComponent(id)}/end`;
      const ended = (await client.ask('POST', path, { reason })) as DelegationView;
      print(output, ended, () => rows([ended]));
    });
}

function rows(delegations: readonly DelegationView[]): readonly (readonly string[])[] {
  return [
    ['ID', 'STATE', 'FROM', 'TO', 'RULES', 'UNTIL'],
    ...delegations.map(({ id, state, from, to, rules, endsAt, endedAt }) => [
      id,
      state,
      from.subject,
      to.subject,
      rules.length === 0 ? 'each that lets it' : rules.join(', '),
      endedAt ?? endsAt,
    ]),
  ];
}
