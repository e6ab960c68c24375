import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Issuer, startIssuer } from '../../demo/issuer.ts';
import type { DemoPerson } from '../../demo/sign-in-page.ts';
import { freePorts } from './free-ports.ts';
import { SmallBrowser } from './small-browser.ts';
import { type SmallWorld, startSmallWorld } from './small-world.ts';

/** A gateway with a console at which persons sign in, before a stand-in and two real providers: one of programs, `ci:`, and one of persons, `p:`. */
export interface ConsoleWorld {
  readonly world: SmallWorld;
  readonly people: Issuer;
  readonly consoleUrl: string;
  /** A browser that nobody has used. */
  browser(): SmallBrowser;
  stop(): Promise<void>;
}

/** What is in the world, and who may sign in. */
export interface ConsoleWorldOptions {
  readonly policy: string;
  readonly persons: readonly DemoPerson[];
  /** More keys of `console`, in YAML's flow form, after a comma. */
  readonly console?: string;
  /** More of the configuration, in YAML. */
  readonly config?: string;
  /** By which name browsers reach it; default: 127.0.0.1. */
  readonly hostName?: string;
}

/** What the console is to the provider. */
export const CLIENT_ID = 'sallyport-console';

export async function startConsoleWorld({
  policy,
  persons,
  console: more = '',
  hostName,
  config = '',
}: ConsoleWorldOptions): Promise<ConsoleWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-console-'));
  const [port] = (await freePorts(1)) as [number];
  const people = await startIssuer();
  const machines = await startIssuer();
  const secret = 'a secret of the console: with +/= in it';
  writeFileSync(join(folder, 'secret'), `${secret}\n`);
  const consoleUrl = `https://${hostName ?? '127.0.0.1'}:${port}`;
  people.allowSignIn({ clientId: CLIENT_ID, secret, persons, redirectUri: `${consoleUrl}/sign-in/callback` });
  const login = `{ clientId: ${CLIENT_ID}, clientSecretFile: "${join(folder, 'secret')}", scopes: [] }`;
  const world = await startSmallWorld({
    policy,
    config: `console: { port: ${port}${hostName === undefined ? '' : `, hostName: ${hostName}`}${more} }\n${config}`,
    issuers: `  - { name: main, url: "${machines.url}", audiences: [sallyport], subject: { prefix: "ci:" } }
  - { name: people, kind: person, url: "${people.url}", audiences: [sallyport], subject: { prefix: "p:" }, login: ${login} }
`,
  });
  const browsers: SmallBrowser[] = [];
  return {
    world: { ...world, token: (subject, groups = ['ops']) => machines.tokenFor(subject, groups) },
    people,
    consoleUrl,
    browser() {
      const browser = new SmallBrowser(world.caPem);
      browsers.push(browser);
      return browser;
    },
    async stop() {
      for (const browser of browsers) await browser.close();
      await world.stop();
      await Promise.all([people.close(), machines.close()]);
      rmSync(folder, { recursive: true });
    },
  };
}
