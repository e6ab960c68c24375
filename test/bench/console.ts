/*
 * What the console's pages cost in a real Chromium: before a real gateway how much is loaded first, when the largest thing is painted by a processor four times as slow,
 * and how soon an event is on the page; before written answers how a long session scrolls, and what ten times as many events leave in memory.
 */
import type { Browser, CDPSession, Page } from 'playwright-core';
import { grownHeap } from '../looks/grown-heap.ts';
import { startLooking } from '../looks/kept.ts';
import { openLongSession } from '../looks/long-session.ts';
import { findChromium } from '../support/chromium.ts';
import { buildPages, startConsoleBrowser } from '../support/console-browser.ts';

/** What was measured, beside what is wanted of it. */
export interface ConsoleCost {
  readonly firstLoadBytes: number;
  readonly largestPaintMs: number;
  readonly eventOnPageMs: number;
  readonly rows: number;
  readonly slowestFrameMs: number;
  /** What went on in frames that took the page itself over 50 ms, the longest first: script by what called it, style and layout, in milliseconds. */
  readonly longFrames: readonly string[];
  readonly heapGrowth: number;
}

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
rules:
  - { id: asked, effect: request, verbs: [delete], apiGroups: [""], resources: [configmaps], namespaces: [shop], request: { livePerCallerMax: 20, approval: { approvers: [{ groups: [leads] }] } } }
`;
/** As many as a list has at most; see `use-windowed.ts`. */
const ROWS = 500_000;
/** Limit: so many frames that were too long are named. */
const LONG_FRAMES_NAMED = 5;
const EVENTS = { few: 1_000, many: 10_000 };

/** Measures all of it; undefined where there is no Chromium. */
export async function measureConsole(): Promise<ConsoleCost | undefined> {
  const program = findChromium();
  if (program === undefined) return undefined;
  await buildPages();
  return { ...(await beforeGateway(program)), ...(await beforeAnswers(program)) };
}

/** As a table for people. */
export function consoleText(cost: ConsoleCost | undefined): string {
  if (cost === undefined) return 'the console: no Chromium on the path';
  const { firstLoadBytes, largestPaintMs, eventOnPageMs, rows, slowestFrameMs, longFrames, heapGrowth } = cost;
  return [
    'the console in Chromium                                 measured      wanted',
    `first load, compressed, fonts among it               ${cell(`${Math.round(firstLoadBytes / 1_000)} kB`)}     250 kB`,
    `largest paint, processor four times as slow          ${cell(`${Math.round(largestPaintMs)} ms`)}   1,500 ms`,
    `from an event to the page that shows it (middle)     ${cell(`${Math.round(eventOnPageMs)} ms`)}     200 ms`,
    `slowest frame of a scroll through ${rows.toLocaleString('en')} rows     ${cell(`${Math.round(slowestFrameMs)} ms`)}      50 ms`,
    ...longFrames.slice(0, LONG_FRAMES_NAMED).map((frame) => `  of ${longFrames.length} frames over 50 ms: ${frame}`),
    `heap after ${EVENTS.many} events, of that after ${EVENTS.few}          ${cell(heapGrowth.toFixed(2))}        1.1`,
  ].join('\n');
}

function cell(text: string): string {
  return text.padStart(11);
}

async function beforeGateway(
  program: string,
): Promise<Pick<ConsoleCost, 'firstLoadBytes' | 'largestPaintMs' | 'eventOnPageMs'>> {
  const persons = [
    { subject: 'lea', groups: ['leads', 'ops'] },
    { subject: 'sam', groups: ['ops'] },
  ];
  const world = await startConsoleBrowser(program, { policy: POLICY, persons });
  const lea = await world.signIn('lea', { viewport: { width: 1280, height: 900 } });
  const session = await lea.context.newCDPSession(lea.page);
  const firstLoadBytes = await loadedBytes(lea.page, session);
  await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  await lea.page.reload();
  await lea.page.getByText('Nothing waits for you').first().waitFor();
  const largestPaintMs = (await lea.page.evaluate(
    `new Promise((done) => new PerformanceObserver((list) => done(list.getEntries().at(-1).startTime)).observe({ type: 'largest-contentful-paint', buffered: true }))`,
  )) as number;
  await session.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  const sam = await world.signIn('sam');
  const times: number[] = [];
  for (let round = 0; round < 9; round += 1) times.push(await eventMs(lea.page, sam.page, round + 1));
  await world.stop();
  return { firstLoadBytes, largestPaintMs, eventOnPageMs: times.toSorted((a, b) => a - b)[4] ?? 0 };
}

async function loadedBytes(page: Page, session: CDPSession): Promise<number> {
  let bytes = 0;
  const asked = new Set<string>();
  await session.send('Network.enable');
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  session.on('Network.requestWillBeSent', ({ requestId }) => void asked.add(requestId));
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    // What the page before was still loading is no part of it.
    if (asked.has(requestId)) bytes += encodedDataLength;
  });
  await page.reload();
  await page.getByText('Nothing waits for you').first().waitFor();
  await page.evaluate('document.fonts.ready.then(() => true)');
  return bytes;
}

/** From when the gateway has taken a question to when the page of who answers counts it. Both pages read one clock. */
async function eventMs(shown: Page, asking: Page, count: number): Promise<number> {
  const name = `event-${count}`;
  const seen = shown.evaluate(
    `new Promise((done) => {
      const look = () => document.title.startsWith('(${count})') && done(Date.now());
      new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
    })`,
  ) as Promise<number>;
  const scope = {
    target: 'demo',
    verbs: ['delete'],
    resources: ['configmaps'],
    resourceNames: [name],
    namespaces: ['shop'],
  };
  const takenAt = (await asking.evaluate(
    `fetch('/api/v1/me').then((r) => r.json()).then(({ session }) => fetch('/api/v1/grants', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-csrf-token': session.csrf },
      body: ${JSON.stringify(JSON.stringify({ scopes: [scope], reason: name }))},
    })).then(() => Date.now())`,
  )) as number;
  return Math.max(0, (await seen) - takenAt);
}

async function beforeAnswers(
  program: string,
): Promise<Pick<ConsoleCost, 'rows' | 'slowestFrameMs' | 'longFrames' | 'heapGrowth'>> {
  const browser = await startLooking(program);
  const scroll = await scrolled(browser);
  const heapGrowth = await grownHeap(browser, EVENTS);
  await browser.close();
  return { rows: ROWS, ...scroll, heapGrowth };
}

/** A frame is what a reader waits from one drawn screen to the next: the time between two calls of the browser's own `requestAnimationFrame`, of a clock that runs. */
async function scrolled(browser: Browser): Promise<Pick<ConsoleCost, 'slowestFrameMs' | 'longFrames'>> {
  const { page, context } = await openLongSession(browser, ROWS, { clockRuns: true });
  const measured = (await page.evaluate(SCROLLED_THROUGH)) as Pick<ConsoleCost, 'slowestFrameMs' | 'longFrames'>;
  await context.close();
  return measured;
}

/** As with the scroll bar in the hand: from the first row to the last in 300 steps, one a frame, each to a screen of rows that were not drawn before. */
const SCROLLED_THROUGH = `new Promise((done) => {
  const times = []; const long = [];
  const named = ({ duration, styleAndLayoutStart, startTime, scripts }) => [
    Math.round(duration) + ' ms:',
    ...scripts.map(({ invoker, duration }) => invoker + ' ' + Math.round(duration)),
    'style and layout ' + Math.round(startTime + duration - styleAndLayoutStart),
  ].join(' ');
  const observer = new PerformanceObserver((list) => long.push(...list.getEntries()));
  observer.observe({ type: 'long-animation-frame' });
  const step = Math.max(400, document.documentElement.scrollHeight / 300);
  const frame = (now) => {
    times.push(now);
    const isThere = scrollY + innerHeight + 1 >= document.documentElement.scrollHeight || times.length > 400;
    scrollBy(0, step);
    if (!isThere) requestAnimationFrame(frame);
    else setTimeout(() => done({
      slowestFrameMs: Math.max(...times.slice(1).map((time, i) => time - times[i])),
      longFrames: [...long, ...observer.takeRecords()].sort((a, b) => b.duration - a.duration).map(named),
    }), 500);
  };
  requestAnimationFrame(frame);
})`;
