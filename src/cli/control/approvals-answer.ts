import { Command, InvalidArgumentError } from 'commander';
import type { ApprovalView } from '../../control/approval-contract.ts';
import { CliError } from '../cli-error.ts';
import { listOf } from '../escape-control.ts';
import { lengthOfTime, wholeNumber } from '../option-values.ts';
import { controlClient } from './client.ts';
import { confirmed } from './confirmed.ts';
import type { Environment } from './find-server.ts';
import { type ControlOptions, print, withControlOptions } from './options.ts';
import { lookedUp, readApproval, showApproval } from './read-approval.ts';

interface AnswerOptions extends ControlOptions {
  readonly reason: string;
  readonly digest?: string;
  readonly rest?: number | true;
  readonly restFor?: string;
  readonly goodFor?: string;
  readonly dryRun?: boolean;
  readonly set?: readonly object[];
  readonly remove?: readonly object[];
  readonly label?: readonly object[];
}

/** `sallyport approvals approve` and `reject`: each of the questions is printed whole, and what was printed is answered. */
export function answerCommand(env: Environment, said: 'approve' | 'reject', description: string): Command {
  const command = withControlOptions(new Command(said))
    .description(
      `${description}. Prints each question whole, and answers that; on a terminal it asks first, once for all of them. Exit code 1 where an answer is not taken`,
    )
    .argument('<id...>', 'their ids')
    .option('--reason <text>', 'why, in your own words', '')
    .option('--digest <digest>', 'of a single one: answer only if this is still the digest of what is shown');
  if (said === 'approve') withYesOptions(command);
  return command.action(async (ids: readonly string[], options: AnswerOptions) => {
    const { output, context, reason, digest } = options;
    if (digest !== undefined && ids.length > 1)
      throw new CliError('`--digest` is of one question: answer each by itself');
    const more = yesBody(options);
    const client = await controlClient(env, context);
    const asked: ApprovalView[] = [];
    for (const id of ids) asked.push(await (said === 'approve' ? lookedUp(client, id) : readApproval(client, id)));
    if (output === 'table') for (const each of asked) showApproval(output, each, env);
    if (digest !== undefined && digest !== asked[0]?.digest)
      throw new CliError('the question is not the one with this digest: look at it again');
    if (digest === undefined && output === 'table')
      await confirmed(`${said} ${asked.length === 1 ? 'this' : `these ${asked.length}`}?`);
    const answered: ApprovalView[] = [];
    try {
      for (const each of asked) {
        const path = `/approvals/${encodeURIComponent(each.id)}/${said}`;
        const now = (await client.ask('POST', path, { digest: each.digest, reason, ...more })) as ApprovalView;
        answered.push(now);
        if (output === 'table')
          process.stdout.write(`${asked.length > 1 ? `${each.id}: ` : ''}${now.state}${missingWords(now)}\n`);
      }
    } finally {
      // Those that were taken are told, also where a later one is not.
      if (output === 'json' && (asked.length > 1 || answered.length > 0))
        print(output, asked.length > 1 ? listOf(answered) : answered[0], () => []);
    }
  });
}

function withYesOptions(command: Command): void {
  const collect =
    (parse: (text: string) => object) =>
    (text: string, all: readonly object[] = []) => [...all, parse(text)];
  command
    .option(
      '--rest [count]',
      'say yes to the rest of its command too, to so many requests at most, where that is offered',
      wholeNumber(1, 50),
    )
    .option('--rest-for <time>', 'for so long at most', lengthOfTime, '5m')
    .option('--good-for <time>', 'the yes is good for so long at most', lengthOfTime)
    .option('--dry-run', 'it becomes a dry run: nothing is stored')
    .option('--set <field>', 'set a field, as `/spec/replicas=2`; repeats', collect(setField))
    .option(
      '--remove <path>',
      'remove a field, as `/spec/paused`; repeats',
      collect((path) => ({ remove: { path } })),
    )
    .option('--label <label>', 'add a label, as `key=value`; repeats', collect(addLabel));
}

function yesBody({ rest, restFor, goodFor, dryRun, set = [], remove = [], label = [] }: AnswerOptions): object {
  const amend = [...(dryRun === true ? [{ dryRun: true }] : []), ...set, ...remove, ...label];
  if (rest !== undefined && (goodFor !== undefined || amend.length > 0))
    throw new CliError(
      '`--rest` does not go with `--good-for`, `--dry-run`, `--set`, `--remove` or `--label`: the rest of the command would run whole',
    );
  const usesMax = rest === undefined || rest === true ? {} : { usesMax: rest };
  return {
    ...(rest === undefined ? {} : { rest: { ...usesMax, for: restFor } }),
    ...(goodFor === undefined ? {} : { goodFor }),
    ...(amend.length === 0 ? {} : { amend }),
  };
}

function setField(text: string): object {
  const [path, value] = parted(text);
  try {
    return { set: { path, value: JSON.parse(value) as unknown } };
  } catch {
    // What is no JSON is a text.
    return { set: { path, value } };
  }
}

function addLabel(text: string): object {
  const [key, value] = parted(text);
  return { label: { key, value } };
}

function parted(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('expected a name, `=` and a value');
  return [text.slice(0, at), text.slice(at + 1)];
}

function missingWords({ state, rules }: ApprovalView): string {
  const yeses = rules.reduce((sum, { missing }) => Math.max(sum, missing), 0);
  return state === 'pending' ? `: ${yeses} more ${yeses === 1 ? 'yes is' : 'yeses are'} needed` : '';
}
