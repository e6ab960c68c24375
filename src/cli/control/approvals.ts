import { Command, Option } from 'commander';
import type { ApprovalReport, ApprovalView } from '../../control/approval-contract.ts';
import { listOf } from '../escape-control.ts';
import { pageLimit, wholeNumber } from '../option-values.ts';
import { answerCommand } from './approvals-answer.ts';
import { breakGlassCommand } from './break-glass.ts';
import { type ControlClient, controlClient, StreamEnded } from './client.ts';
import { delegateCommands } from './delegate.ts';
import type { Environment } from './find-server.ts';
import { type ControlOptions, print, printChange, printList, sinceOption, withControlOptions } from './options.ts';
import { paintFor } from './paint.ts';
import { readApproval, showApproval } from './read-approval.ts';
import { watchScreen } from './watch/watch-screen.ts';

interface ListOptions extends ControlOptions {
  readonly state?: string;
  readonly own?: boolean;
  readonly since?: number;
  readonly limit: number;
}

/** `sallyport approvals`: the questions that held requests and grants ask of persons. */
export function approvalsCommand(env: Environment): Command {
  const command = new Command('approvals')
    .addCommand(listCommand(env))
    .addCommand(showCommand(env))
    .addCommand(answerCommand(env, 'approve', 'say yes to what is shown: it runs once, as it is shown'))
    .addCommand(answerCommand(env, 'reject', 'say no; its caller is told the reason'))
    .addCommand(breakGlassCommand(env))
    .addCommand(sayCommand(env))
    .addCommand(watchCommand(env))
    .addCommand(waitCommand(env))
    .addCommand(reportCommand(env));
  for (const each of delegateCommands(env)) command.addCommand(each);
  return command;
}

function listCommand(env: Environment): Command {
  return withControlOptions(new Command('list'))
    .description('list the questions that you may see, the newest first')
    .addOption(
      new Option('--state <state>', 'only those').choices(['pending', 'approved', 'rejected', 'expired', 'withdrawn']),
    )
    .addOption(sinceOption('asked'))
    .option('--own', 'only those that you ask')
    .option('--limit <count>', 'at most this many', pageLimit, 100)
    .action(async ({ output, context, state, own = false, since, limit }: ListOptions) => {
      const client = await controlClient(env, context);
      const query = new URLSearchParams({
        limit: String(limit),
        ...(state === undefined ? {} : { state }),
        ...(since === undefined ? {} : { since: new Date(since).toISOString() }),
        ...(own ? { own: 'true' } : {}),
      });
      const page = (await client.ask('GET', `/approvals?${query}`)) as { items: ApprovalView[]; next: string | null };
      printList(
        output,
        page,
        () => rows(page.items),
        `you ${own ? 'ask' : 'may see'} no ${state === undefined ? '' : `${state} `}question${since === undefined ? '' : ' of this time'}`,
      );
    });
}

function showCommand(env: Environment): Command {
  return withControlOptions(new Command('show'))
    .description('show all that a person is shown, who may answer, and what became of it')
    .argument('<id>', 'its id')
    .action(async (id: string, { output, context }: ControlOptions) => {
      showApproval(output, await readApproval(await controlClient(env, context), id), env);
    });
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
      'answer questions on a terminal, by keys: read one to its end, then `a` (`A` with the rest of its command) or `r`, and `u` takes it back for three seconds. Elsewhere, and with `-o json`, print each question as it changes, a line each, until it is interrupted',
    )
    .action(async ({ output, context }: ControlOptions) => {
      const client = await controlClient(env, context);
      if (output === 'table' && process.stdin.isTTY && process.stdout.isTTY) {
        const paint = paintFor(process.stdout, env.NO_COLOR);
        const terminal = { input: process.stdin, output: process.stdout, paint, now: () => performance.now() };
        const end = await watchScreen(client, terminal).finally(() => client.close());
        if (end === 'ended') throw new StreamEnded();
        // As a shell tells of Ctrl-C elsewhere.
        if (end === 'interrupted') process.exitCode = 130;
        return;
      }
      for await (const event of client.events('/approvals/events')) {
        printChange(output, event, () => rows([event as ApprovalView]));
      }
      throw new StreamEnded();
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
    .option('--last <count>', 'of so many of the newest questions', wholeNumber(1, 5_000), 1_000)
    .action(async ({ output, context, last }: ControlOptions & { readonly last: string }) => {
      const client = await controlClient(env, context);
      const report = (await client.ask('GET', `/approvals/report?${new URLSearchParams({ last })}`)) as ApprovalReport;
      printList(
        output,
        listOf(report.items),
        () => [
          ['RULE', 'ASKED', 'APPROVED', 'REJECTED', 'NOBODY', 'PROPOSAL'],
          ...report.items.map(({ rule, asked, approved, rejected, expired, proposals }) => [
            rule,
            ...[asked, approved, rejected, expired].map(String),
            proposals.join('; '),
          ]),
        ],
        'no rule has asked a question yet',
      );
    });
}

/** Listens before it looks, so that no change falls between; a stream that ends is begun anew. */
async function waited(client: ControlClient, id: string): Promise<ApprovalView> {
  for (;;) {
    const events = client.events('/approvals/events')[Symbol.asyncIterator]();
    const next = events.next();
    next.catch(() => {});
    const now = await readApproval(client, id);
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
