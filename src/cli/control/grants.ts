import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { Command, Option } from 'commander';
import type { GrantAskBody, GrantView } from '../../control/contract.ts';
import { CliError } from '../cli-error.ts';
import { escapeControl } from '../escape-control.ts';
import { lengthOfTime, pageLimit, wholeNumber } from '../option-values.ts';
import { controlClient, StreamEnded } from './client.ts';
import type { Environment } from './find-server.ts';
import { type Question, questionOfRefusal } from './from-refusal.ts';
import { reportCommand } from './grants-report.ts';
import { type ControlOptions, print, printChange, printList, sinceOption, withControlOptions } from './options.ts';
import { type ScopeOptions, scopeOf, withScopeOptions } from './scope-options.ts';
import { waitForGrant } from './wait-for-grant.ts';

interface RequestOptions extends ControlOptions, ScopeOptions {
  readonly for?: string;
  readonly uses?: number;
  readonly reason: string;
  readonly wait?: boolean;
  readonly body?: string;
  readonly fromRefusal?: string;
  readonly idempotencyKey?: string;
}

interface ListOptions extends ControlOptions {
  readonly state?: string;
  readonly all?: boolean;
  readonly since?: number;
  readonly limit: number;
}

/** `sallyport grants`: access for one task, that ends by itself. */
export function grantsCommand(env: Environment): Command {
  return new Command('grants')
    .addCommand(requestCommand(env))
    .addCommand(listCommand(env))
    .addCommand(showCommand(env))
    .addCommand(endCommand(env, 'release', 'give your own grant back, before its end'))
    .addCommand(endCommand(env, 'revoke', 'end somebody’s grant now, with its streams; needs the role operator'))
    .addCommand(watchCommand(env))
    .addCommand(reportCommand());
}

function requestCommand(env: Environment): Command {
  return withControlOptions(withScopeOptions(new Command('request')))
    .description('ask for a grant; exit code 1 where the answer is no')
    .option(
      '--for <length>',
      'how long, from the yes: 90s, 10m, 1h; default: as long as the rule lets it last',
      lengthOfTime,
    )
    .option('--uses <count>', 'the most requests that it allows', wholeNumber(1, 1_000_000))
    .option('--reason <text>', 'why, in your own words', '')
    .option('--wait', 'wait until it is live or ended')
    .option(
      '--from-refusal <text>',
      'what the refused command printed, or the Status of the refusal, in place of the options; `-` reads it from standard input',
    )
    .option('--body <json>', 'the whole question as JSON, as a refusal gives it, in place of the options')
    .option('--idempotency-key <key>', 'the same key with the same question is answered with the same grant')
    .action(async ({ output, context, wait = false, ...asked }: RequestOptions) => {
      const client = await controlClient(env, context);
      const question = await questionOf(asked);
      const headers = { 'idempotency-key': asked.idempotencyKey ?? randomUUID() };
      let grant = (await client.ask('POST', '/grants', question, headers)) as GrantView;
      if (wait) grant = await waitForGrant(client, grant);
      print(output, grant, () => rows([grant]));
      if (grant.note !== undefined) process.stderr.write(`${escapeControl(grant.note)}\n`);
      if (grant.state === 'ended') process.exitCode = 1;
    });
}

async function questionOf({
  body,
  fromRefusal,
  for: length,
  uses,
  reason,
  idempotencyKey: _,
  ...scope
}: Omit<RequestOptions, keyof ControlOptions>): Promise<unknown> {
  if (body !== undefined) {
    try {
      return JSON.parse(body);
    } catch {
      throw new CliError('--body is not JSON');
    }
  }
  const suggested = fromRefusal === undefined ? { scopes: [scopeOf(scope)] } : await suggestedIn(fromRefusal, scope);
  const asked: Partial<GrantAskBody> = {
    ...suggested,
    reason,
    ...(length === undefined ? {} : { for: length }),
    ...(uses === undefined ? {} : { uses }),
  };
  return asked;
}

async function suggestedIn(refusal: string, scope: ScopeOptions): Promise<Question> {
  if (Object.values(scope).some((value) => value !== undefined))
    throw new CliError('--from-refusal says what is asked for: give no scope beside it');
  return questionOfRefusal(refusal === '-' ? await text(process.stdin) : refusal);
}

function listCommand(env: Environment): Command {
  return withControlOptions(new Command('list'))
    .description('list your grants, the newest first')
    .addOption(new Option('--state <state>', 'only those').choices(['pending', 'live', 'ended']))
    .addOption(sinceOption('asked for'))
    .option('--all', 'of all callers that your role reaches')
    .option('--limit <count>', 'at most this many', pageLimit, 100)
    .action(async ({ output, context, state, all = false, since, limit }: ListOptions) => {
      const client = await controlClient(env, context);
      const query = new URLSearchParams({
        limit: String(limit),
        ...(state === undefined ? {} : { state }),
        ...(since === undefined ? {} : { since: new Date(since).toISOString() }),
        ...(all ? { all: 'true' } : {}),
      });
      const page = (await client.ask('GET', `/grants?${query}`)) as { items: GrantView[]; next: string | null };
      printList(
        output,
        page,
        () => rows(page.items),
        `${all ? 'no caller that your role reaches has a' : 'you have no'} ${state === undefined ? '' : `${state} `}grant${since === undefined ? '' : ' of this time'}`,
      );
    });
}

function showCommand(env: Environment): Command {
  return withControlOptions(new Command('show'))
    .description('show one grant')
    .argument('<id>', 'its id')
    .action(async (id: string, { output, context }: ControlOptions) => {
      const client = await controlClient(env, context);
      const grant = (await client.ask('GET', `/grants/${encodeURIComponent(id)}`)) as GrantView;
      print(output, grant, () => rows([grant]));
      if (grant.note !== undefined) process.stderr.write(`${escapeControl(grant.note)}\n`);
    });
}

function endCommand(env: Environment, name: 'release' | 'revoke', description: string): Command {
  return withControlOptions(new Command(name))
    .description(description)
    .argument('<id>', 'its id')
    .option('--reason <text>', 'why, in your own words', '')
    .action(async (id: string, { output, context, reason }: ControlOptions & { readonly reason: string }) => {
      const client = await controlClient(env, context);
      const grant = (await client.ask('POST', `/grants/${encodeURIComponent(id)}/${name}`, { reason })) as GrantView;
      print(output, grant, () => rows([grant]));
    });
}

function watchCommand(env: Environment): Command {
  return withControlOptions(new Command('watch'))
    .description('print each grant as it changes, until it is interrupted; JSON lines with `-o json`')
    .action(async ({ output, context }: ControlOptions) => {
      const client = await controlClient(env, context);
      for await (const event of client.events('/grants/events')) {
        printChange(output, event, () => rows([event as GrantView]));
      }
      throw new StreamEnded();
    });
}

function rows(grants: readonly GrantView[]): readonly (readonly string[])[] {
  return [
    ['ID', 'STATE', 'HOLDER', 'TARGET', 'WHAT', 'ENDS', 'USES'],
    ...grants.map((grant) => [
      grant.id,
      grant.endedBy === undefined ? grant.state : `${grant.state} (${grant.endedBy})`,
      grant.holder.subject,
      [...new Set(grant.scopes.map(({ target }) => target))].join(', '),
      grant.scopes.map(words).join('; '),
      grant.endedAt ?? grant.endsAt ?? grant.closesAt ?? '',
      grant.usesMax === undefined ? String(grant.uses) : `${grant.uses} of ${grant.usesMax}`,
    ]),
  ];
}

function words({ verbs, resources, namespaces, resourceNames, unmask }: GrantView['scopes'][number]): string {
  const where = namespaces.length === 0 ? '' : ` in ${namespaces.join(',')}`;
  return `${verbs.join(',')} ${resources.join(',')}${resourceNames.length === 0 ? '' : ` ${resourceNames.join(',')}`}${where}${unmask === true ? ' unmasked' : ''}`;
}
