import { Agent } from 'undici';
import { startIssuer } from '../../demo/issuer.ts';
import { type SmallWorld, startSmallWorld, type WorldOptions } from './small-world.ts';

/** A small world with a console, and an issuer of persons who may sign in there. */
export interface ControlWorld {
  readonly world: SmallWorld;
  readonly people: Awaited<ReturnType<typeof startIssuer>>;
  /** Trusts the console's certificate. */
  readonly dispatcher: Agent;
  stop(): Promise<void>;
}

/** Starts one under a policy; `config` stands beside the console’s. */
export async function startControlWorld(
  policy: string,
  { config = '', ...options }: WorldOptions = {},
): Promise<ControlWorld> {
  const people = await startIssuer();
  const world = await startSmallWorld({
    ...options,
    policy,
    config: `console: { port: 0 }\n${config}`,
    people: people.url,
  });
  const dispatcher = new Agent({ connect: { ca: world.caPem } });
  return {
    world,
    people,
    dispatcher,
    async stop() {
      await dispatcher.destroy();
      await world.stop();
      await people.close();
    },
  };
}
