// Two people before the console's pages in a real Chromium, what hostile callers write there, and whether everybody can read them. With SALLYPORT_SCREENSHOTS, a
// folder, each page is also kept as pictures.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { STEP_MS_MAX } from '../support/chromium.ts';
import { type ConsoleBrowser, chromiumFor, startConsoleBrowser } from '../support/console-browser.ts';
import type { ConsoleWorld } from '../support/console-world.ts';
import { SmallBrowser } from '../support/small-browser.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
roles:
  - { role: operator, callers: [{ groups: [admins] }] }
rules:
  - id: asked
    effect: request
    verbs: [patch]
    apiGroups: [apps]
    resources: [deployments/scale]
    namespaces: [shop]
    request: { approval: { approvers: [{ groups: [leads] }] } }
`;

const PERSONS = [
  { subject: 'lea', groups: ['leads', 'ops'] },
  { subject: 'ada', groups: ['admins', 'leads'] },
  { subject: 'sam', groups: ['leads', 'ops'] },
];

const WIDTHS = [390, 1280, 1920];

const program = chromiumFor('the reach of the console’s pages');
if (program !== undefined) suite('the reach of the console’s pages', () => inBrowser(program));

function inBrowser(chromium: string): void {
  let browser: ConsoleBrowser;
  let world: ConsoleWorld;
  let own: string;
  before(async () => {
    browser = await startConsoleBrowser(chromium, { policy: POLICY, persons: PERSONS, hostName: 'localhost' });
    world = browser.console;
    own = world.consoleUrl;
  });
  after(() => browser.stop());

  /** A caller's question for a grant; its id. */
  async function askForGrant(name: string, reason = ''): Promise<string> {
    const scope = {
      target: 'demo',
      verbs: ['patch'],
      apiGroups: ['apps'],
      resources: ['deployments/scale'],
      resourceNames: [name],
      namespaces: ['shop'],
    };
    const caller = new SmallBrowser(world.world.caPem);
    const reply = await caller.ask(`${own}/api/v1/grants`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await world.world.token('mallory')}`, 'content-type': 'application/json' },
      body: JSON.stringify({ scopes: [scope], reason }),
    });
    await caller.close();
    assert.equal(reply.status, 201, reply.text);
    return (JSON.parse(reply.text) as { readonly id: string }).id;
  }

  test('who is not signed in is shown where to, and comes back to the page that they wanted', async () => {
    const context = await browser.browser.newContext();
    context.setDefaultTimeout(STEP_MS_MAX);
    const page = await context.newPage();
    await page.goto(`${own}/grants`);
    await page.getByRole('link', { name: /people/ }).click();
    await page.getByRole('button', { name: 'lea' }).click();
    await page.waitForURL(`${own}/grants`);
    await page.getByRole('heading', { name: 'Grants', level: 1 }).waitFor();
    await context.close();
  });

  test('two people in two browsers: nobody answers their own, and what one answers the other sees at once', async () => {
    const [lea, sam] = [await browser.signIn('lea'), await browser.signIn('sam')];
    const scope = {
      target: 'demo',
      verbs: ['patch'],
      apiGroups: ['apps'],
      resources: ['deployments/scale'],
      resourceNames: ['web'],
      namespaces: ['shop'],
    };
    const asked = { scopes: [scope], reason: 'more load' };
    const link = Buffer.from(JSON.stringify(asked)).toString('base64url');
    await sam.page.goto(`${own}/grants/ask?grant=${link}`);
    await sam.page.getByRole('button', { name: /^Ask/ }).click();
    await lea.page.getByRole('button', { name: /^Approve/ }).waitFor();
    const id = (await lea.page.evaluate(
      `fetch('/api/v1/approvals?state=pending').then((r) => r.json()).then(({ items }) => items[0].id)`,
    )) as string;
    await sam.page.goto(`${own}/approvals/${id}`);
    await sam.page.getByText('more load').first().waitFor();
    assert.equal(await sam.page.getByRole('button', { name: /^Approve/ }).count(), 0, 'one’s own is not answered');
    await approve(lea.page);
    await sam.page
      .getByText(/approved/i)
      .first()
      .waitFor();
    await Promise.all([browser.leave(lea), browser.leave(sam)]);
  });

  for (const colorScheme of ['light', 'dark'] as const)
    test(`every page is reached by everybody (WCAG 2.2 AA by axe) and fits each screen, ${colorScheme}`, async () => {
      // A question that waits though nobody attends to it.
      await askForGrant(`shown-${colorScheme}`);
      const ada = await browser.signIn('ada', { colorScheme });
      await ada.page.getByRole('button', { name: /^Approve.*shown/ }).waitFor();
      const found: string[] = [];
      for (const path of await pathsOf(ada.page)) {
        await ada.page.goto(own + path);
        await ada.page.getByRole('heading', { level: 1 }).first().waitFor();
        const name = path === '/' ? 'inbox' : path.slice(1).replaceAll(/[^a-z]+/g, '-');
        for (const width of WIDTHS) {
          await ada.page.setViewportSize({ width, height: width < 600 ? 844 : 900 });
          if (!(await fits(ada.page))) found.push(`${path} at ${width}: wider than the screen`);
          await keep(ada.page, `${name}-${width}-${colorScheme}`);
          // What is only wider has the same parts.
          if (width === WIDTHS.at(-1)) continue;
          for (const line of await violations(ada.page)) found.push(`${path} at ${width}: ${line}`);
        }
      }
      await browser.leave(ada);
      assert.deepEqual(found, []);
    });

  test('T54: whatever a caller writes is text: nothing of it runs, loads or leaves its box', async () => {
    const lea = await browser.signIn('lea', { viewport: { width: 390, height: 844 } });
    let ran = false;
    await lea.page.exposeFunction('hacked', () => {
      ran = true;
    });
    const word = `"><img src=https://evil.example/x onerror=hacked()><script>hacked()</script>{{7-7}}${'W'.repeat(200)}`;
    const reason = `${word} javascript:hacked()`;
    const id = await askForGrant(word, reason);
    for (const path of ['/', `/approvals/${id}`]) {
      await lea.page.goto(own + path);
      await lea.page.getByText('onerror=hacked()').first().waitFor();
      assert.equal(await lea.page.locator('main img, main script').count(), 0);
      assert.ok(await fits(lea.page), `${path} is wider than the screen`);
    }
    assert.equal(ran, false);
    await browser.leave(lea);
  });
}

/** Presses the button of the question that is shown, twice where it asks for that. */
async function approve(page: Page): Promise<void> {
  const answered = page.waitForResponse((response) => response.url().endsWith('/approve'));
  await page
    .getByRole('button', { name: /^Approve/ })
    .first()
    .click();
  const again = page.getByRole('button', { name: /again/i });
  await Promise.race([answered, again.click().catch(() => {})]);
  assert.equal((await answered).status(), 200);
}

/** Every page that the console's own navigation leads to. */
async function pathsOf(page: Page): Promise<readonly string[]> {
  const links = await page
    .locator('nav a[href]')
    .evaluateAll((all) => all.map((link) => (link as unknown as URL).pathname));
  const parts = ['why', 'who-can', 'observed', 'propose'].map((view) => `/policy?view=${view}`);
  return [...new Set([...links, '/grants/ask', ...parts])];
}

/** Whether nothing makes the page wider than the screen. */
async function fits(page: Page): Promise<boolean> {
  return (await page.evaluate('document.documentElement.scrollWidth <= innerWidth')) as boolean;
}

async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const run = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'] };
  const { violations: all } = (await page.evaluate(`axe.run(document, ${JSON.stringify(run)})`)) as {
    readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
  };
  return all.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
}

async function keep(page: Page, name: string): Promise<void> {
  const folder = process.env.SALLYPORT_SCREENSHOTS;
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
