import { Command } from 'commander';
import { parseYaml } from '../../config/parse-yaml.ts';
import type { Catalog } from '../../policy/analysis/space.ts';
import { importRbac } from '../../policy/rbac-import/import-rbac.ts';
import { rbacObjects } from '../../policy/rbac-import/rbac-objects.ts';
import { CliError } from '../cli-error.ts';
import { escapeControl } from '../escape-control.ts';
import { policyText } from './policy-text.ts';
import { findingsError, readText } from './read-policies.ts';

type Objects = Parameters<typeof rbacObjects>[0];

/** Reads all roles and bindings of a cluster, through a kubeconfig's context or its current one. */
export type RbacReader = (kubeconfig: string, context: string | undefined) => Promise<Objects>;

interface Options {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly target: string;
  readonly name: string;
  readonly powers?: boolean;
}

/** `sallyport policy import`. */
export function importCommand(powerOf: Catalog['powerOf'], readCluster: RbacReader): Command {
  const rbac = new Command('rbac')
    .description('write the policy that means what roles and bindings mean; what is left out goes to standard error')
    .argument('[files...]', 'manifests of roles and bindings, also as lists')
    .option('--kubeconfig <file>', 'read them from a cluster instead, by GET alone')
    .option('--context <name>', 'the kubeconfig’s context; its current one by default')
    .option('--target <name>', 'the target that the policy is for', '*')
    .option('--name <name>', 'the policy’s name', 'imported')
    .option(
      '--powers',
      'also take over the powers, and changes of Secrets, that a role reaches by a wildcard, each by name',
    )
    .action(async (files: string[], options: Options) => {
      const objects = await read(files, options, readCluster);
      const imported = importRbac(rbacObjects(objects), powerOf, options.powers === true);
      if (imported.rules.length === 0) throw new CliError('there is no binding in there that gives anybody anything');
      process.stdout.write(policyText({ ...imported, ...options, description: 'Imported from RBAC.' }));
      for (const text of imported.leftOut) process.stderr.write(`left out: ${escapeControl(text)}\n`);
    });
  return new Command('import').description('make a policy of what is there').addCommand(rbac);
}

async function read(
  files: readonly string[],
  { kubeconfig, context }: Options,
  readCluster: RbacReader,
): Promise<Objects> {
  if ((kubeconfig === undefined) === (files.length === 0))
    throw new CliError('name manifests, or a cluster with --kubeconfig');
  if (kubeconfig !== undefined) return readCluster(kubeconfig, context);
  return files.flatMap((file) =>
    parseYaml(file, readText(file)).flatMap((parsed) => {
      if ('findings' in parsed) throw findingsError(parsed.findings);
      const value: unknown = parsed.document.toJS();
      return typeof value === 'object' && value !== null && !Array.isArray(value) ? [value as Objects[number]] : [];
    }),
  );
}
