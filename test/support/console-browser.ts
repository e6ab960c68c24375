import { resolve } from 'node:path';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { root } from '../tidy/tree.ts';
import { findChromium, startChromium } from './chromium.ts';
import { type Person, signInAs } from './console-people.ts';
import { type ConsoleWorld, type ConsoleWorldOptions, startConsoleWorld } from './console-world.ts';
import { leftOut } from './left-out.ts';

/** A console with its pages, and a real browser before it. */
export interface ConsoleBrowser {
  readonly console: ConsoleWorld;
  readonly browser: Browser;
  /** A browser of a person's own, signed in and on the inbox. */
  signIn(subject: string, options?: BrowserContextOptions): Promise<Person>;
  /** Ends a person's visit. @throws {Error} a script failed, the page's policy stopped something, or another host was asked */
  leave(person: Person): Promise<void>;
  stop(): Promise<void>;
}

/** The Chromium of this machine; where there is none, says that `what` was left out. */
export function chromiumFor(what: string): string | undefined {
  const program = findChromium();
  if (program === undefined) leftOut(what, 'install Debian’s package `chromium`, or another Chromium on the path');
  return program;
}

/** Builds the pages where they are not there, or not of these sources. */
export async function buildPages(): Promise<void> {
  const { ensurePages } = (await import(resolve(root, 'tools/pages.mjs'))) as {
    readonly ensurePages: (root: string, node: string, env: NodeJS.ProcessEnv) => Promise<void>;
  };
  await ensurePages(root, process.execPath, process.env);
}

/** A gateway with a console and its pages, and a browser that takes its certificate. `others`: further servers that the browser takes. */
export async function startConsoleBrowser(
  chromium: string,
  options: ConsoleWorldOptions,
  others: readonly string[] = [],
): Promise<ConsoleBrowser> {
  await buildPages();
  const console = await startConsoleWorld(options);
  const browser = await startChromium(chromium, [console.consoleUrl, ...others]);
  return {
    console,
    browser,
    signIn: (subject, more) => signInAs(browser, console.consoleUrl, subject, more),
    async leave({ context, faults, hosts }) {
      await context.close();
      const foreign = [...hosts].filter((host) => host !== new URL(console.consoleUrl).host);
      if (faults.length + foreign.length > 0) throw new Error(`in the browser: ${[...faults, ...foreign].join('; ')}`);
    },
    async stop() {
      await browser.close();
      await console.stop();
    },
  };
}
