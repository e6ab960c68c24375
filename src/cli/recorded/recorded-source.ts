import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { type ControlClient, controlClient } from '../control/client.ts';
import { type Environment, readContexts } from '../control/find-server.ts';
import { type JournalOptions, withJournalOptions } from '../journal-files.ts';

/** Where recordings are read: the files of a journal, or the control plane of a gateway. */
export interface SourceOptions extends JournalOptions {
  readonly context?: string;
}

/** Files are read by whoever has them; a control plane shows what one may see. */
export type RecordedSource =
  | { readonly kind: 'files'; readonly where: JournalOptions }
  | { readonly kind: 'control'; readonly client: ControlClient };

/** Adds the options that say where. */
export function withSource(command: Command): Command {
  return withJournalOptions(command).option(
    '--context <name>',
    'ask this control plane; without a journal here, SALLYPORT_SERVER’s or the current context’s',
  );
}

/**
 * The files that are named, or the control plane that is; else the journal of the configuration here, and without one the control plane that commands ask.
 *
 * @throws {CliError} both are named, or there is neither
 */
export async function recordedSource(
  { context, journal, config, worker }: SourceOptions,
  env: Environment,
): Promise<RecordedSource> {
  const areFiles = journal !== undefined || config !== undefined || worker !== undefined;
  if (areFiles && context !== undefined) throw new CliError('name a journal, or the context of a control plane');
  const isHere = areFiles || existsSync('sallyport.yaml');
  const isAsked = context !== undefined || (!isHere && isNamed(env));
  if (!isAsked && !isHere)
    throw new CliError(
      'there is no sallyport.yaml here, and no control plane is named: say where recordings are with --config or --journal, or whom to ask with --context (`sallyport context set`)',
    );
  if (isAsked) return { kind: 'control', client: await controlClient(env, context) };
  const where = Object.entries({ journal, config, worker }).filter(([, value]) => value !== undefined);
  return { kind: 'files', where: Object.fromEntries(where) };
}

function isNamed(env: Environment): boolean {
  return (env.SALLYPORT_SERVER ?? '') !== '' || readContexts(env).current !== undefined;
}
