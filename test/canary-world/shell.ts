import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { type Raw, runRow } from '../clients/run-row.ts';
import type { Way } from './way.ts';

/** A shell in a folder, with a client and a kubeconfig. */
export interface Shell {
  readonly folder: string;
  run(way: Way | string): Promise<Raw>;
  /** What it printed. @throws {AssertionError} it failed */
  must(way: Way | string): Promise<string>;
}

/** `clients`: folders in front of PATH. */
export function shell(folder: string, clients: readonly string[], kubeconfig: string): Shell {
  const environment = {
    PATH: [...clients, process.env.PATH].join(':'),
    HOME: folder,
    KUBECONFIG: kubeconfig,
    // Of a server under a path: kubectl puts nothing before the path of `--raw`.
    PREFIX: new URL(parse(readFileSync(kubeconfig, 'utf8')).clusters[0].cluster.server).pathname.replace(/\/$/, ''),
  };
  const run = (way: Way | string) =>
    runRow({ name: 'way', ...(typeof way === 'string' ? { run: way } : way) }, folder, environment, async () => '');
  return {
    folder,
    run,
    async must(way) {
      const { exit, stdout, stderr } = await run(way);
      assert.equal(exit, 0, `${typeof way === 'string' ? way : way.run}\n${stdout}\n${stderr}`);
      return stdout;
    },
  };
}
