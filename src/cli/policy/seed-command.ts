import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { anyGlob } from '../../policy/glob.ts';
import { type AuditEvent, Seed } from '../../policy/observed/seed.ts';
import { fileTrouble } from '../../std/file-trouble.ts';
import { CliError } from '../cli-error.ts';
import { escapeControl } from '../escape-control.ts';
import { wholeNumber } from '../option-values.ts';
import { policyText } from './policy-text.ts';

interface Options {
  readonly auditLog: string[];
  readonly user?: string[];
  readonly subjectPrefix: string;
  readonly namesMax?: number;
  readonly target: string;
  readonly name: string;
}

const DESCRIPTION =
  'From an audit log: what was done, and nothing else. Guards, conditions and who may ask for more are yours to add.';

/** `sallyport policy seed`. */
export function seedCommand(): Command {
  const more = (value: string, before: string[] = []) => [...before, value];
  return new Command('seed')
    .description('write a first policy from a cluster’s own audit log: what callers did there, and nothing else')
    .requiredOption(
      '--audit-log <file>',
      'events of audit.k8s.io/v1, a line each; `-` is standard input; repeat for more',
      more,
    )
    .option(
      '--user <pattern>',
      'users of the cluster whose requests count, with `*`; repeat for more; default: all but Kubernetes’ own (`system:`), service accounts outside of kube-system included',
      more,
    )
    .option('--subject-prefix <prefix>', 'what the gateway’s issuer puts in front of their names', '')
    .option(
      '--names-max <count>',
      'where a verb reached more names of a resource than this, write a rule for any name',
      wholeNumber(0, 9_999),
    )
    .option('--target <name>', 'the target that the policy is for', '*')
    .option('--name <name>', 'the policy’s name', 'observed')
    .action(async ({ auditLog, user, subjectPrefix, namesMax, target, name }: Options) => {
      const isMeant = user === undefined ? isNoneOfKubernetes : anyGlob(user);
      const seed = new Seed({ isMeant, subjectPrefix, namesMax });
      for (const file of auditLog) await readEvents(file, (event) => seed.take(event));
      const { rules, leftOut } = seed.rules();
      if (rules.length === 0)
        throw new CliError('the log tells of no request that was allowed of the users that are meant');
      const made = rules.map((rule) => ({ rule, comment: '' }));
      process.stdout.write(policyText({ name, description: DESCRIPTION, target, rules: made, leftOut: [] }));
      for (const text of leftOut) process.stderr.write(`left out: ${escapeControl(text)}\n`);
      if (subjectPrefix === '' && rules.some(({ callers }) => callers[0].subjects[0].startsWith('system:')))
        process.stderr.write(
          'note: the gateway takes no subject that begins with `system:`; give the issuer of service accounts a `subject.prefix`, and name it with --subject-prefix\n',
        );
    });
}

/** Nodes, controllers and the like reach the API server by themselves. */
function isNoneOfKubernetes(username: string): boolean {
  if (!username.startsWith('system:')) return true;
  return username.startsWith('system:serviceaccount:') && !username.startsWith('system:serviceaccount:kube-system:');
}

async function readEvents(file: string, take: (event: AuditEvent) => void): Promise<void> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  let line = 0;
  try {
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      line++;
      if (text.trim() === '') continue;
      const event = parsed(text);
      if (event === undefined) throw new CliError(`\`${file}\`, line ${line}: this is no event of audit.k8s.io/v1`);
      take(event);
    }
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`\`${file}\` cannot be read: ${fileTrouble(error)}`);
  }
}

function parsed(text: string): AuditEvent | undefined {
  try {
    const event = JSON.parse(text) as { kind?: unknown; apiVersion?: unknown };
    return event.kind === 'Event' && event.apiVersion === 'audit.k8s.io/v1' ? (event as AuditEvent) : undefined;
  } catch {
    return undefined;
  }
}
