// The commands of the control plane, as programs of their own before a gateway: who runs them is a file of a token.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startIssuer } from '../../demo/issuer.ts';
import { runChild } from './child.ts';
import { CLI } from './gateway-process.ts';
import { type SmallWorld, startSmallWorld, type WorldOptions } from './small-world.ts';

/** A world with commands; `world.folder` is where they run. */
export interface CommandWorld {
  readonly world: SmallWorld;
  /** What commands are given; its token is of whom `first` names. */
  readonly env: Readonly<Record<string, string>>;
  /** What makes another the one who runs a command: a name of `people`, or `dev`. */
  as(name: string): Record<string, string>;
  run(args: readonly string[], more?: Record<string, string>): ReturnType<typeof runChild>;
  /** What a command answers as JSON; it has to be done. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
  json(args: readonly string[], more?: Record<string, string>): Promise<any>;
  stop(): Promise<void>;
}

/** Starts it: `dev` is a program of the group `ops`, and `people` are persons with their groups. */
export async function startCommandWorld(
  options: WorldOptions,
  people: Readonly<Record<string, readonly string[]>>,
  first = 'dev',
): Promise<CommandWorld> {
  const issuer = await startIssuer();
  const world = await startSmallWorld({
    ...options,
    config: `console: { port: 0 }\n${options.config ?? ''}`,
    people: issuer.url,
  });
  const at = (name: string) => join(world.folder, name);
  writeFileSync(at('dev'), await world.token('dev'));
  for (const [name, groups] of Object.entries(people)) writeFileSync(at(name), await issuer.tokenFor(name, groups));
  const env = {
    XDG_CONFIG_HOME: at('config'),
    SALLYPORT_SERVER: world.gateway.consoleUrl as string,
    SALLYPORT_TOKEN_FILE: at(first),
    SALLYPORT_CA_FILE: at('data/ca.crt'),
  };
  const run: CommandWorld['run'] = (args, more = {}) => {
    const [program, ...cli] = CLI;
    return runChild(program, [...cli, ...args], { env: { ...env, ...more }, cwd: world.folder });
  };
  return {
    world,
    env,
    as: (name) => ({ SALLYPORT_TOKEN_FILE: at(name) }),
    run,
    async json(args, more = {}) {
      const { code, output } = await run([...args, '-o', 'json'], more);
      assert.equal(code, 0, output);
      return JSON.parse(output);
    },
    async stop() {
      await world.stop();
      await issuer.close();
    },
  };
}
