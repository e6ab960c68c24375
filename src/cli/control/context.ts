import { resolve } from 'node:path';
import { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { listText } from '../table.ts';
import { type Environment, readContexts, writeContexts } from './find-server.ts';

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
      const place = {
        server,
        tokenFile: resolve(tokenFile),
        ...(caFile === undefined ? {} : { caFile: resolve(caFile) }),
      };
      writeContexts(env, { current: name, contexts: { ...readContexts(env).contexts, [name]: place } });
    });
}

function useCommand(env: Environment): Command {
  return new Command('use')
    .description('ask this one from now on')
    .argument('<name>', 'its name')
    .action((name: string) => {
      const { contexts } = readContexts(env);
      if (!Object.hasOwn(contexts, name)) throw new CliError(`there is no context \`${name}\``);
      writeContexts(env, { current: name, contexts });
    });
}

function listCommand(env: Environment): Command {
  return new Command('list').description('list them').action(() => {
    const { current, contexts } = readContexts(env);
    const rows = Object.entries(contexts).map(([name, { server, tokenFile }]) => [
      name === current ? '*' : '',
      name,
      server,
      tokenFile,
    ]);
    process.stdout.write(
      listText(
        [['', 'NAME', 'SERVER', 'TOKEN FILE'], ...rows],
        'no control plane is named; `sallyport context set NAME --server URL --token-file FILE` names one',
      ),
    );
  });
}
