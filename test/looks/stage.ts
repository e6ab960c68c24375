/*
 * Where the pages are looked at: the built pages under the very headers with which the gateway serves them, and answers of `/api/v1` that are written down. The clock
 * stands, the zone and the language are given, the fonts come with the pages: whatever is seen is the same on every machine, as far as browsers are.
 */
import { existsSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Browser, BrowserContext, Page, Route } from 'playwright-core';
import { PAGE_HEADERS } from '../../src/control/pages/page-headers.ts';
import { STEP_MS_MAX } from '../support/chromium.ts';
import { root } from '../tidy/tree.ts';
import { NOW } from './shown/people.ts';

/** An answer of the API: a document, lines, a problem, or none that ever comes. */
export type Reply =
  | { readonly json: unknown }
  | { readonly lines: string }
  | { readonly problem: number; readonly code: string; readonly detail: string; readonly advice?: string }
  | 'never';

/** Answers by path behind `/api/v1`, the first that begins what is asked; where a query matters it stands in the key. */
export type Replies = Readonly<Record<string, Reply>>;

const ORIGIN = 'https://console.example:8444';
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Streams that are open and say nothing; a page that had to open them anew would be another page each time. */
const SILENT_STREAMS = `globalThis.EventSource = class extends EventTarget {
  static CLOSED = 2; readyState = 1;
  constructor() { super(); queueMicrotask(() => this.onopen?.()); }
  close() {}
};`;

/** The part of an API's path that answers are looked up by. */
const API = '/api/v1';

export interface Stage {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What went wrong in the page: scripts that failed, what its policy stopped, hosts that it asked, answers that nobody wrote down. */
  readonly faults: string[];
  /** Questions of the page that are not answered yet, but for those that never are. */
  underWay(): number;
}

export interface StageOptions {
  readonly replies: Replies;
  readonly colorScheme?: 'light' | 'dark';
  readonly contrast?: 'more' | 'no-preference';
  /** As a phone has it: a thumb, and two points for each pixel. */
  readonly isPhone?: boolean;
  /** What the browser has kept from before. */
  readonly kept?: Readonly<Record<string, string>>;
  /** Whether the clock runs, for what is measured: where it stands, even a frame is a timer’s. Default: it stands. */
  readonly clockRuns?: boolean;
}

/** A browser's own context with the pages in it. */
export async function openStage(
  browser: Browser,
  { replies, colorScheme = 'light', contrast, isPhone = false, kept = {}, clockRuns = false }: StageOptions,
): Promise<Stage> {
  const context = await browser.newContext({
    baseURL: ORIGIN,
    colorScheme,
    contrast: contrast ?? 'no-preference',
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'UTC',
    viewport: { width: 1280, height: 900 },
    serviceWorkers: 'block',
    ...(isPhone ? { isMobile: true, hasTouch: true, deviceScaleFactor: 2 } : {}),
  });
  context.setDefaultTimeout(STEP_MS_MAX);
  const faults: string[] = [];
  let underWay = 0;
  await context.route('**', async (route) => {
    underWay += 1;
    await answer(route, replies, faults).finally(() => {
      underWay -= 1;
    });
  });
  const page = await context.newPage();
  if (!clockRuns) await page.clock.setFixedTime(NOW);
  await page.addInitScript(SILENT_STREAMS);
  await page.addInitScript(`Object.entries(${JSON.stringify(kept)}).forEach(([k, v]) => localStorage.setItem(k, v))`);
  page.on('pageerror', (error) => void faults.push(String(error)));
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted|Warning:/.test(message.text())) faults.push(message.text());
  });
  return { context, page, faults, underWay: () => underWay };
}

function answer(route: Route, replies: Replies, faults: string[]): Promise<void> {
  const url = new URL(route.request().url());
  if (url.protocol === 'blob:' || url.protocol === 'data:') return route.continue();
  if (url.origin !== ORIGIN) {
    faults.push(`asked ${url.origin}`);
    return route.abort();
  }
  return url.pathname.startsWith(`${API}/`)
    ? answerApi(route, url.pathname.slice(API.length) + url.search, replies, faults)
    : answerFile(route, url.pathname, faults);
}

function answerFile(route: Route, path: string, faults: string[]): Promise<void> {
  const isFile = path.startsWith('/assets/') || extname(path) !== '';
  const file = join(root, 'dist', 'web', isFile ? path : 'index.html');
  if (!existsSync(file)) {
    faults.push(`there is no file ${path}`);
    return route.fulfill({ status: 404 });
  }
  return route.fulfill({
    headers: { ...PAGE_HEADERS, 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' },
    body: readFileSync(file),
  });
}

function answerApi(route: Route, asked: string, replies: Replies, faults: string[]): Promise<void> {
  const key = Object.keys(replies)
    .filter((each) => asked === each || asked.startsWith(`${each}?`) || asked.startsWith(`${each}&`))
    .toSorted((a, b) => b.length - a.length)[0];
  const reply = key === undefined ? undefined : replies[key];
  if (reply === undefined) {
    faults.push(`nothing is written down for ${asked}`);
    return route.abort();
  }
  if (reply === 'never') return Promise.resolve();
  if ('lines' in reply) return route.fulfill({ contentType: 'application/x-asciicast', body: reply.lines });
  if ('json' in reply) return route.fulfill({ contentType: 'application/json', body: JSON.stringify(reply.json) });
  const { problem: status, code, detail, advice } = reply;
  return route.fulfill({
    status,
    contentType: 'application/problem+json',
    body: JSON.stringify({
      type: 'about:blank',
      title: code,
      status,
      detail,
      code,
      ...(advice === undefined ? {} : { advice }),
    }),
  });
}
