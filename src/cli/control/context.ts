import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { fileTrouble } from '../../std/file-trouble.ts';
import { isTrustedUrl } from '../../std/trusted-url.ts';
import { CliError } from '../cli-error.ts';
import { escapeControl, listOf } from '../escape-control.ts';
import { outputOption } from '../output-option.ts';
import { tokenNote } from '../token-note.ts';
import { type Environment, named, readContexts, writeContexts } from './find-server.ts';
import { type ControlOptions, printList } from './options.ts';

/** `sallyport context`: the control planes that commands ask. */
export function contextCommand(env: Environment): Command {
  return new Command('context').addCommand(setCommand(env)).addCommand(useCommand(env)).addCommand(listCommand(env));
}

function setCommand(env: Environment): Command {
  return new Command('set')
    .description('name a control plane, and ask it from now on')
    .argument('<name>', 'its name here')
    .requiredOption('--server <url>', 'the console’s address')
    .requiredOption('--token-file <file>', 'file that holds your token; read for each request')
    .option('--ca-file <file>', 'PEM certificates to trust for it, instead of the system’s')
    .action((name: string, { server, tokenFile, caFile }: { server: string; tokenFile: string; caFile?: string }) => {
      if (!URL.canParse(server) || !isTrustedUrl(server))
        throw new CliError(
          `--server is \`${server}\`; expected the console’s address, an https URL such as https://gateway.example.com:8444`,
        );
      if (caFile !== undefined) assertReadable(caFile);
      const note = tokenNote(tokenFile);
      const place = {
        server,
        tokenFile: resolve(tokenFile),
        ...(caFile === undefined ? {} : { caFile: resolve(caFile) }),
      };
      writeContexts(env, { current: name, contexts: { ...readContexts(env).contexts, [name]: place } });
      if (note !== undefined) process.stderr.write(`sallyport: ${escapeControl(note)}\n`);
    });
}

function assertReadable(file: string): void {
  try {
    readFileSync(file);
  } catch (error) {
    throw new CliError(`file \`${file}\` cannot be read: ${fileTrouble(error)}`);
  }
}

function useCommand(env: Environment): Command {
  return new Command('use')
    .description('ask this one from now on')
    .argument('<name>', 'its name')
    .action((name: string) => {
      const known = readContexts(env);
      named(known, name);
      writeContexts(env, { ...known, current: name });
    });
}

function listCommand(env: Environment): Command {
  return new Command('list')
    .description('list them')
    .addOption(outputOption())
    .action(({ output }: Pick<ControlOptions, 'output'>) => {
      const { current, contexts } = readContexts(env);
      const items = Object.entries(contexts).map(([name, place]) => ({
        id: name,
        state: name === current ? 'current' : 'known',
        ...place,
      }));
      printList(
        output,
        listOf(items),
        () => [
          ['', 'NAME', 'SERVER', 'TOKEN FILE'],
          ...items.map(({ id, state, server, tokenFile }) => [state === 'current' ? '*' : '', id, server, tokenFile]),
        ],
        'no control plane is named; `sallyport context set NAME --server URL --token-file FILE` names one',
      );
    });
}
