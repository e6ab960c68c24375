import { createInterface } from 'node:readline/promises';
import { setTimeout as pauseFor } from 'node:timers/promises';
import { Command } from 'commander';
import type { ApprovalReport, ApprovalView } from '../../control/approval-contract.ts';
import { CliError } from '../cli-error.ts';
import { approvalText } from './approval-text.ts';
import { type ControlClient, controlClient } from './client.ts';
import type { Environment } from './find-server.ts';
import { type ControlOptions, print, withControlOptions } from './options.ts';
import { paintFor } from './paint.ts';
import { watchScreen } from './watch/watch-screen.ts';

interface ListOptions extends ControlOptions {
  readonly state?: string;
  readonly own?: boolean;
  readonly limit: string;
}

interface AnswerOptions extends ControlOptions {
  readonly reason: string;
  readonly digest?: string;
}

/** `sallyport approvals`: the questions that held requests and grants ask of persons. */
export function approvalsCommand(env: Environment): Command {
  return new Command('approvals')
    .addCommand(listCommand(env))
    .addCommand(showCommand(env))
    .addCommand(answerCommand(env, 'approve', 'say yes to what is shown: it runs once, as it is shown'))
    .addCommand(answerCommand(env, 'reject', 'say no; its caller is told the reason'))
    .addCommand(sayCommand(env))
    .addCommand(watchCommand(env))
    .addCommand(waitCommand(env))
    .addCommand(reportCommand(env));
}

function listCommand(env: Environment): Command {
  return withControlOptions(new Command('list'))
    .description('list the questions that you may see, the newest first')
    .option('--state <state>', 'only those: pending, approved, rejected, expired, withdrawn')
    .option('--own', 'only those that you ask')
    .option('--limit <count>', 'at most this many', '100')
    .action(async ({ output, context, state, own = false, limit }: ListOptions) => {
      const client = await controlClient(env, context);
      const query = new URLSearchParams({
        limit,
        ...(state === undefined ? {} : { state }),
        ...(own ? { own: 'true' } : {}),
      });
      const page = (await client.ask('GET', `/approvals?${query}`)) as { items: ApprovalView[] };
      print(output, page, () => rows(page.items));
    });
}

function showCommand(env: Environment): Command {
  return withControlOptions(new Command('show'))
    .description('show all that a person is shown, who may answer, and what became of it')
    .argument('<id>', 'its id')
    .action(async (id: string, { output, context }: ControlOptions) => {
      show(output, await get(await controlClient(env, context), id), env);
    });
}

function answerCommand(env: Environment, said: 'approve' | 'reject', description: string): Command {
  return withControlOptions(new Command(said))
    .description(
      `${description}. Prints the question whole, and answers that; on a terminal it asks first. Exit code 1 where the answer is not taken`,
    )
    .argument('<id>', 'its id')
    .option('--reason <text>', 'why, in your own words', '')
    .option('--digest <digest>', 'answer only if this is still the digest of what is shown')
    .action(async (id: string, { output, context, reason, digest }: AnswerOptions) => {
      const client = await controlClient(env, context);
      const asked = await (said === 'approve' ? lookedUp(client, id) : get(client, id));
      if (output === 'table') show(output, asked, env);
      if (digest !== undefined && digest !== asked.digest)
        throw new CliError('the question is not the one with this digest: look at it again');
      if (digest === undefined && output === 'table') await confirmed(said);
      const answered = (await client.ask('POST', `/approvals/${encodeURIComponent(id)}/${said}`, {
        digest: asked.digest,
        reason,
      })) as ApprovalView;
      if (output === 'json') return print(output, answered, () => []);
      process.stdout.write(`${answered.state}${missingWords(answered)}\n`);
    });
}

/** Where nobody sits at a terminal, whoever started the command has said it. */
async function confirmed(said: string): Promise<void> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return;
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await lines.question(`${said} this? [y/N] `);
  lines.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new CliError('nothing was answered');
}

function missingWords({ state, rules }: ApprovalView): string {
  const yeses = rules.reduce((sum, { missing }) => Math.max(sum, missing), 0);
  return state === 'pending' ? `: ${yeses} more ${yeses === 1 ? 'yes is' : 'yeses are'} needed` : '';
}

function sayCommand(env: Environment): Command {
  return withControlOptions(new Command('say'))
    .description(
      'ask who asks, or answer who answers, while the question waits; it changes nothing of what is answered',
    )
    .argument('<id>', 'its id')
    .argument('<text>', 'in your own words')
    .action(async (id: string, text: string, { output, context }: ControlOptions) => {
      const client = await controlClient(env, context);
      const said = (await client.ask('POST', `/approvals/${encodeURIComponent(id)}/say`, { text })) as ApprovalView;
      print(output, said, () => rows([said]));
    });
}

function watchCommand(env: Environment): Command {
  return withControlOptions(new Command('watch'))
    .description(
      'answer questions on a terminal, by keys: read one to its end, then `a` or `r`, and `u` takes it back for three seconds. Elsewhere, and with `-o json`, print each question as it changes, a line each, until it is interrupted',
    )
    .action(async ({ output, context }: ControlOptions) => {
      const client = await controlClient(env, context);
      if (output === 'table' && process.stdin.isTTY && process.stdout.isTTY) {
        const paint = paintFor(process.stdout, env.NO_COLOR);
        const terminal = { input: process.stdin, output: process.stdout, paint, now: () => performance.now() };
        await watchScreen(client, terminal);
        await client.close();
        return;
      }
      for await (const event of client.events('/approvals/events')) {
        const line =
          output === 'json'
            ? JSON.stringify(event)
            : (rows([event as ApprovalView])[1] as readonly string[]).join('  ');
        process.stdout.write(`${line}\n`);
      }
    });
}

function waitCommand(env: Environment): Command {
  return withControlOptions(new Command('wait'))
    .description('wait for the answer; exit code 0 where it is approved, 1 where it is not')
    .argument('<id>', 'its id')
    .action(async (id: string, { output, context }: ControlOptions) => {
      const client = await controlClient(env, context);
      const approval = await waited(client, id).finally(() => client.close());
      print(output, approval, () => rows([approval]));
      if (approval.state !== 'approved') process.exitCode = 1;
    });
}

function reportCommand(env: Environment): Command {
  return withControlOptions(new Command('report'))
    .description('tell what became of each rule’s questions, and which of them are hardly worth asking')
    .option('--last <count>', 'of so many of the newest questions', '1000')
    .action(async ({ output, context, last }: ControlOptions & { readonly last: string }) => {
      const client = await controlClient(env, context);
      const report = (await client.ask('GET', `/approvals/report?${new URLSearchParams({ last })}`)) as ApprovalReport;
      print(output, report, () => [
        ['RULE', 'ASKED', 'APPROVED', 'REJECTED', 'NOBODY', 'PROPOSAL'],
        ...report.items.map(({ rule, asked, approved, rejected, expired, proposals }) => [
          rule,
          ...[asked, approved, rejected, expired].map(String),
          proposals.join('; '),
        ]),
      ]);
    });
}

/** Listens before it looks, so that no change falls between; a stream that ends is begun anew. */
async function waited(client: ControlClient, id: string): Promise<ApprovalView> {
  for (;;) {
    const events = client.events('/approvals/events')[Symbol.asyncIterator]();
    const next = events.next();
    next.catch(() => {});
    const now = await get(client, id);
    if (now.state !== 'pending') {
      void events.return?.();
      return now;
    }
    for (let event = await next; event.done !== true; event = await events.next()) {
      const told = event.value as ApprovalView;
      if (told.id === id && told.state !== 'pending') return told;
    }
  }
}

async function get(client: ControlClient, id: string): Promise<ApprovalView> {
  return (await client.ask('GET', `/approvals/${encodeURIComponent(id)}`)) as ApprovalView;
}

/** How often it is looked whether what it would do is there, in milliseconds. */
const LOOK_AGAIN_MS = 300;

/** The question with what it would do: no yes is taken before. */
async function lookedUp(client: ControlClient, id: string): Promise<ApprovalView> {
  for (;;) {
    const asked = await get(client, id);
    if (asked.preview !== 'looking') return asked;
    await pauseFor(LOOK_AGAIN_MS);
  }
}

function show(output: ControlOptions['output'], approval: ApprovalView, env: Environment): void {
  if (output === 'json') print(output, approval, () => []);
  else process.stdout.write(approvalText(approval, paintFor(process.stdout, env.NO_COLOR)));
}

function rows(approvals: readonly ApprovalView[]): readonly (readonly string[])[] {
  return [
    ['ID', 'STATE', 'WHO', 'TARGET', 'WHAT', 'UNTIL'],
    ...approvals.map((approval) => [
      approval.id,
      approval.state === 'approved' ? `approved, ${became(approval)}` : approval.state,
      approval.asker.subject,
      approval.target,
      approval.shown.operation,
      approval.state === 'pending' ? approval.closesAt : (approval.goodUntil ?? approval.endedAt ?? ''),
    ]),
  ];
}

function became({ exchange, status }: ApprovalView): string {
  return {
    waiting: 'not run yet',
    forwarded: 'running',
    answered: `ran (${status})`,
    unknown: 'may have run',
    gone: 'never run',
  }[exchange];
}
