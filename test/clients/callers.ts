import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GatewayInFront } from '../support/gateway.ts';
import { clientNamed } from './clients.ts';
import type { Ending } from './ending.ts';

/** A caller that nobody else is, and what its one process needs. */
export interface OwnCaller {
  readonly ending: Ending;
  readonly subject: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Puts a new token where its kubeconfig finds it. */
  present(endsInSeconds: number): Promise<void>;
}

/** A caller for each process, with a kubeconfig as `sallyport kubeconfig` writes it. */
export async function callersOf(
  gateway: GatewayInFront,
  folder: string,
  namespace: string,
  endings: readonly Ending[],
): Promise<readonly OwnCaller[]> {
  const kubeconfigs = { plain: gateway.kubeconfig, plugin: gateway.pluginKubeconfig('v1') };
  const making = endings.map(async (ending, number): Promise<OwnCaller> => {
    const home = join(folder, String(number));
    mkdirSync(home);
    const [kubeconfig, tokenFile] = [join(home, 'kubeconfig'), join(home, 'token')];
    const subject = `caller-${number}@example.test`;
    const text = readFileSync(ending.plugin === undefined ? kubeconfigs.plain : kubeconfigs.plugin, 'utf8');
    const ofItsOwn = text
      .replaceAll(gateway.tokenFile, tokenFile)
      .replace(/^( +)(cluster: \S+)$/m, `$1$2\n$1namespace: ${namespace}`);
    writeFileSync(kubeconfig, ofItsOwn);
    const path = `${await clientNamed(ending.client).prepare()}:${process.env.PATH ?? ''}`;
    const present = async (endsInSeconds: number) =>
      writeFileSync(tokenFile, await gateway.token('caller', subject, endsInSeconds), { mode: 0o600 });
    await present(7200);
    const common = { LANG: 'C.UTF-8', TZ: 'UTC', PYTHONWARNINGS: 'ignore' };
    return {
      ending,
      subject,
      environment: {
        ...common,
        PATH: path,
        HOME: home,
        KUBECONFIG: kubeconfig,
        NS: namespace,
        WHO: `caller-${number}`,
      },
      present,
    };
  });
  return Promise.all(making);
}
