import { setTimeout } from 'node:timers/promises';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { STEP_MS_MAX } from './chromium.ts';

/** A person with a browser of their own, signed in at the console, and what went wrong in it. */
export interface Person {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Faults of scripts, and what the page's policy stopped: nothing of either may ever be. */
  readonly faults: string[];
  /** The hosts that were asked for anything since the sign-in. */
  readonly hosts: Set<string>;
}

/** Opens a browser of a person's own and signs in at the provider of the demo. */
export async function signInAs(
  browser: Browser,
  consoleUrl: string,
  subject: string,
  options: BrowserContextOptions = {},
): Promise<Person> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(STEP_MS_MAX);
  const page = await context.newPage();
  goThroughChanges(page);
  const [faults, hosts] = [[] as string[], new Set<string>()];
  await page.exposeFunction('violated', (what: string) => void faults.push(what));
  await page.addInitScript(
    `addEventListener('securitypolicyviolation', (e) => violated(e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sample))`,
  );
  page.on('pageerror', (error) => void faults.push(String(error)));
  await page.goto(`${consoleUrl}/sign-in?issuer=people&to=/`);
  await page.getByRole('button', { name: subject }).click();
  await page.waitForURL(`${consoleUrl}/`);
  page.on('request', (request) => void hosts.add(new URL(request.url()).host));
  return { page, context, faults, hosts };
}

/** Limit: so often is one navigation tried. */
const TRIES_MAX = 20;

/**
 * A browser gives up what is under way when an interface of the machine comes or goes, and suites beside this one make network namespaces all the time: a
 * navigation that ended so, and no other, is done again.
 */
function goThroughChanges(page: Page): void {
  const goto = page.goto.bind(page);
  page.goto = async (...args) => {
    for (let tries = 1; ; tries += 1)
      try {
        return await goto(...args);
      } catch (thrown) {
        if (tries >= TRIES_MAX || !String(thrown).includes('net::ERR_NETWORK_CHANGED')) throw thrown;
        await setTimeout(50 * tries);
      }
  };
}
