import { Command } from 'commander';
import { openedIds } from '../../config/open-guards.ts';
import type { Catalog } from '../../policy/analysis/space.ts';
import { type WhoCan, whoCan } from '../../policy/analysis/who-can.ts';
import { GUARDS } from '../../policy/guards/table.ts';
import { CliError } from '../cli-error.ts';
import { printableJson } from '../escape-control.ts';
import { type OutputFormat, outputOption } from '../output-option.ts';
import { readConfig } from '../read-config.ts';
import { analysed, catalogOf } from './catalog.ts';
import { partLines } from './change-text.ts';
import { findKind } from './known-kinds.ts';
import { guardIds, readRules } from './read-policies.ts';

interface Options {
  readonly namespace?: string;
  readonly config?: string;
  readonly policy: readonly string[];
  readonly openGuard: readonly string[];
  readonly output: OutputFormat;
}

const each = (value: string, before: readonly string[]) => [...before, value];

/** `sallyport policy who-can`. */
export function whoCanCommand(powerOf: Catalog['powerOf']): Command {
  return new Command('who-can')
    .description('tell who may have an operation done, and under what conditions')
    .argument('<verb>', 'as in a rule: get, list, create, delete, …')
    .argument('<resource>', 'a kind, with its subresource: `pods`, `deploy`, `pods/exec`, `things.example.com`')
    .argument('[name]', 'of one object; default: any')
    .option('-n, --namespace <namespace>', 'default: any')
    .option('--config <file>', 'the gateway’s configuration, for its policies and open guards')
    .option('--policy <file>', 'a policy file or folder, instead of a configuration; may be given again', each, [])
    .option(
      '--open-guard <id>',
      'a guard that is open, beside those of the configuration; may be given again',
      each,
      [],
    )
    .addOption(outputOption())
    .action((verb: string, resource: string, name: string | undefined, options: Options) => {
      const { config, policy, namespace } = options;
      const rules = readRules({ files: policy, ...(config === undefined ? {} : { config }) });
      const configured = config === undefined ? [] : openedIds(readConfig(config, 'policy'));
      const opened = guardIds([...configured, ...options.openGuard]);
      const guards = GUARDS.filter(({ id }) => !opened.has(id));
      const query = {
        ...queryOf(verb, resource),
        ...(namespace === undefined ? {} : { namespace }),
        ...(name === undefined ? {} : { name }),
      };
      const found = analysed(() => whoCan(rules, guards, catalogOf(powerOf), query));
      process.stdout.write(options.output === 'json' ? printableJson(found) : `${whoCanLines(found).join('\n')}\n`);
      process.exitCode = found.allowed.length + found.held.length === 0 ? 1 : 0;
    });
}

/** Powers that are had for `create`, whatever the HTTP method. */
const CREATED = new Set(['exec', 'attach', 'portforward']);

function queryOf(verb: string, word: string) {
  const [kindWord = '', subresource] = word.split('/');
  const kind = findKind(kindWord);
  if (kind === undefined)
    throw new CliError(
      `\`${kindWord}\` is no kind that Kubernetes has; name a custom one in full, as \`things.example.com\``,
    );
  const resource = subresource === undefined ? kind.resource : `${kind.resource}/${subresource}`;
  const isCreated = kind.resource === 'pods' && subresource !== undefined && CREATED.has(subresource);
  return { verb: isCreated ? 'create' : verb, apiGroup: kind.group, resource };
}

function whoCanLines({ allowed, held }: WhoCan): readonly string[] {
  if (allowed.length + held.length === 0) return ['nobody'];
  return [
    ...allowed.flatMap((each) => partLines(each, false)),
    ...(held.length === 0 ? [] : ['held for a person:', ...held.flatMap((each) => partLines(each, false))]),
  ];
}
