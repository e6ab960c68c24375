/** All that was measured in one run, and how it is told: as text, and what of it is held against the design's figures. */
import type { ExecRate, ListTime } from './bulk.ts';
import type { CodecRow } from './codec.ts';
import type { DecideRow } from './decide.ts';
import { type Figure, figureTable, table, type WayFigures } from './figures.ts';
import type { GrantCost } from './grants.ts';
import type { HoldCost } from './holds.ts';
import type { MaskCost, MaskRow } from './masks.ts';
import type { ObjectRow } from './objects.ts';
import type { SmallGets } from './small-gets.ts';
import type { StageShare } from './stages.ts';
import type { StartCost } from './starts.ts';
import type { TextRow } from './text.ts';
import type { WatchCost } from './watches.ts';

/** Requests of one kind, by each way. */
export interface RequestRows {
  readonly title: string;
  readonly rows: readonly WayFigures[];
}

export interface Report {
  readonly node: string;
  readonly perSecond: number;
  readonly syncMs: number;
  readonly requests: { readonly get: RequestRows; readonly getHttp2: RequestRows; readonly create: RequestRows };
  readonly stages: { readonly get: readonly StageShare[]; readonly create: readonly StageShare[] };
  /** From an upstream that has them ready. */
  readonly lists: readonly ListTime[];
  /** From a real API server; empty where none can be had. */
  readonly realLists: readonly ListTime[];
  readonly execs: readonly ExecRate[];
  readonly watches: readonly WatchCost[];
  readonly starts: readonly StartCost[];
  readonly decisions: readonly DecideRow[];
  readonly grants: GrantCost;
  readonly texts: readonly TextRow[];
  readonly codec: readonly CodecRow[];
  readonly objects: readonly ObjectRow[];
  readonly masks: MaskCost;
}

/** Over this, the direct way itself says that the machine does something else as well, and differences of latency say nothing. */
const QUIET_P99_MS_MAX = 10;

/** The figures to reach that this run says something about. */
export function figures(report: Report): readonly Figure[] {
  const { get, create } = report.requests;
  const added = (rows: RequestRows, key: 'p50Ms' | 'p99Ms') =>
    of(rows.rows, 'gateway')[key] - of(rows.rows, 'direct')[key];
  const isHidden = of(get.rows, 'direct').p99Ms > QUIET_P99_MS_MAX;
  const [plain, oneSubject, cel] = report.decisions.map(({ us }) => us) as [number, number, number];
  return [
    { what: 'small GET: processor time, of the bare Node proxy’s', unit: '×', atMost: 1.6, measured: cpuRatio(get) },
    {
      what: 'small GET: the same, `--single-threaded-gc`',
      unit: '×',
      atMost: 1.6,
      measured: cpuRatio(get, 'gateway, flagged'),
    },
    { what: 'small GET: added latency, p50', unit: 'ms', atMost: 0.6, measured: added(get, 'p50Ms'), isHidden },
    { what: 'small GET: added latency, p99', unit: 'ms', atMost: 3, measured: added(get, 'p99Ms'), isHidden },
    {
      what: 'small GET: added latency, p99, `--single-threaded-gc`',
      unit: 'ms',
      atMost: 3,
      measured: of(get.rows, 'gateway, flagged').p99Ms - of(get.rows, 'direct').p99Ms,
      isHidden,
    },
    {
      what: 'create: added latency, p50, beyond one sync of the disk',
      unit: 'ms',
      atMost: 1,
      measured: added(create, 'p50Ms') - report.syncMs,
      isHidden,
    },
    { what: 'decision, 10,000 rules, no CEL', unit: 'µs', atMost: 5, measured: Math.max(plain, oneSubject) },
    { what: 'decision, 10,000 rules, with CEL', unit: 'µs', atMost: 25, measured: cel },
    ...realList(report),
    {
      what: 'exec output, a second of processor time',
      unit: 'MB',
      atLeast: 300,
      measured: of(report.execs, 'gateway').megabytesPerCpuSecond,
    },
    {
      what: 'exec output read and observed, the codec alone, a second of processor time',
      unit: 'MB',
      atLeast: 300,
      measured: codecObserved(report),
    },
    {
      what: 'idle watch, HTTP/2: memory, of the bare Node proxy’s',
      unit: '×',
      atMost: 1.1,
      measured: of(report.watches, 'gateway').kilobytes / of(report.watches, 'bare').kilobytes,
    },
    {
      what: 'masking of text, the slowest, a second of processor time',
      unit: 'MB',
      atLeast: 120,
      measured: slowestText(report),
    },
    ...maskFigures(report.masks),
    ...['gateway, built, 20 rules', 'gateway, built'].flatMap((way) => startFigures(of(report.starts, way))),
  ];
}

function maskFigures({ rows, largeListMegabytes }: MaskCost): readonly Figure[] {
  const [get, plain, secrets, event] = rows as [MaskRow, MaskRow, MaskRow, MaskRow];
  const ratio = ({ maskedMicros, openMicros }: MaskRow) => maskedMicros / openMicros;
  return [
    { what: 'masks: small GET, of one without', unit: '×', atMost: 1.08, measured: ratio(get) },
    { what: 'masks: list with nothing to mask, of one without', unit: '×', atMost: 1.05, measured: ratio(plain) },
    { what: 'masks: list of 5,000 Secrets, of one without', unit: '×', atMost: 1.25, measured: ratio(secrets) },
    {
      what: 'masks: added to an event of a watch',
      unit: 'µs',
      atMost: 50,
      measured: event.maskedMicros - event.openMicros,
    },
    ...(largeListMegabytes === undefined
      ? []
      : [{ what: 'masks: memory above idle, a list of 100 MB', unit: 'MB', atMost: 32, measured: largeListMegabytes }]),
  ];
}

/** Of what an exec's output costs: what is made safe to show is a log's. */
function slowestText({ texts }: Report): number {
  return Math.min(...texts.filter(({ what }) => !what.includes('safe')).map(({ megabytes }) => megabytes));
}

/** Of messages as large as containerd makes them; those of a line each are told, and no figure. */
function codecObserved({ codec }: Report): number {
  return Math.min(...codec.filter(({ what }) => what.includes('32768')).map(({ megabytes }) => megabytes));
}

function startFigures({ way, startMs, megabytes }: StartCost): readonly Figure[] {
  const which = way.includes('20 rules') ? 'built, 20 rules' : 'built, 1,000 rules';
  return [
    { what: `start to ready, ${which}`, unit: 'ms', atMost: 500, measured: startMs },
    { what: `idle memory, ${which}`, unit: 'MB', atMost: 130, measured: megabytes },
  ];
}

function realList({ realLists }: Report): readonly Figure[] {
  if (realLists.length === 0) return [];
  const measured = of(realLists, 'gateway').ms / of(realLists, 'direct').ms;
  return [{ what: 'list of 5,000 ConfigMaps of a real API server, of going direct', unit: '×', atMost: 1.1, measured }];
}

/** The whole report as text. */
export function reportText(report: Report): string {
  const { get, getHttp2, create } = report.requests;
  const sections: readonly (readonly [title: string, text: string])[] = [
    ...[get, getHttp2, create].map((rows): [string, string] => [
      `${rows.title}: processor time at saturation, latency at ${report.perSecond}/s`,
      requestTable(rows),
    ]),
    [
      'where the gateway’s processor time goes, in %',
      table([['', 'small GET', 'create'], ...stageRows(report.stages)]),
    ],
    [
      'a list of 5,000 ConfigMaps (4.9 MB) that the upstream has ready, HTTP/1.1',
      table(report.lists.map(({ way, ms }) => [way, `${ms.toFixed(1)} ms`])),
    ],
    [
      'a list of 5,000 ConfigMaps of a real API server, HTTP/1.1, 2,000 rules',
      table(report.realLists.map(({ way, ms }) => [way, `${ms.toFixed(1)} ms`])),
    ],
    [
      'output of an exec, WebSocket',
      table(
        report.execs.map(({ way, megabytesPerCpuSecond }) => [
          way,
          `${megabytesPerCpuSecond.toFixed(0)} MB a second of processor time`,
        ]),
      ),
    ],
    [
      'an idle watch over HTTP/2',
      table(report.watches.map(({ way, kilobytes }) => [way, `${kilobytes.toFixed(0)} kB`])),
    ],
    [
      'a start, and memory once idle',
      table([
        ['', 'ready after', 'memory'],
        ...report.starts.map(({ way, startMs, megabytes }) => [
          way,
          `${startMs.toFixed(0)} ms`,
          `${megabytes.toFixed(0)} MB`,
        ]),
      ]),
    ],
    ['grants and the control plane', grantText(report.grants)],
    ['a decision', table(report.decisions.map(({ what, us }) => [what, `${us.toFixed(1)} µs`]))],
    [
      'masking of text, a second of processor time',
      table(report.texts.map(({ what, megabytes }) => [what, `${megabytes.toFixed(0)} MB`])),
    ],
    [
      'output of an exec through the codec alone, WebSocket, a second of processor time',
      table(report.codec.map(({ what, megabytes }) => [what, `${megabytes.toFixed(0)} MB`])),
    ],
    ...maskSections(report),
    ['held against the design', figureTable(figures(report))],
  ];
  const head = `Node ${report.node}; one sync of the disk: ${report.syncMs.toFixed(2)} ms`;
  return [head, ...sections.map(([title, text]) => `${title}\n\n${indent(text)}`)].join('\n\n');
}

/** The figures of grants, held against the design. */
export function grantText(cost: GrantCost): string {
  return `${figureTable(grantFigures(cost))}\n\n${smallGetTable(cost.small)}`;
}

/** Whether rounds differ by more than what is looked for. */
function isHiddenBySpread({ quarters: [low, high] }: SmallGets['addedByControl'], atMost: number): boolean {
  return high - low > 2 * atMost;
}

function quarters({ quarters: [low, high] }: SmallGets['addedByControl']): string {
  return `half of the rounds: ${low.toFixed(0)} to ${high.toFixed(0)} µs`;
}

/** Processor time of a small GET, whole and by thread. */
function smallGetTable(small: SmallGets): string {
  const named: readonly (readonly [Exclude<keyof SmallGets, `added${string}`>, string])[] = [
    ['bare', 'small GET without a control plane'],
    ['control', 'with one, and no grant'],
    ['granted', 'with one, and a live grant of its caller'],
    ['byGrant', 'allowed by that grant alone'],
    ['counted', 'allowed by a grant with `usesMax`'],
  ];
  return table(
    named.map(([key, what]) => {
      const { micros, byThread } = small[key];
      return [what, `${micros.toFixed(0)} µs`, ...byThread.map(([name, one]) => `${name} ${one.toFixed(0)}`)];
    }),
  );
}

/** The figures of what waits for persons, held against the design. */
export function holdText(cost: HoldCost): string {
  const { answeredMs, answeredElsewhereMs, held, heldMegabytes, besideMs, besideHeldMs, previewMs, askedMs } = cost;
  const ms = (what: string, atMost: number, measured: number): Figure => ({ what, unit: 'ms', atMost, measured });
  return figureTable([
    ms('a yes, to the end of the request that waited for it', 10, answeredMs),
    ...(answeredElsewhereMs === undefined
      ? []
      : [ms('the same, the yes said at another gateway', 100, answeredElsewhereMs)]),
    { what: `${held} requests that wait: memory of the gateway`, unit: 'MB', atMost: 400, measured: heldMegabytes },
    {
      what: `a small GET beside them, of one beside none (${besideMs.toFixed(2)} ms)`,
      unit: '×',
      atMost: 1.1,
      measured: besideHeldMs / besideMs,
    },
    ms(
      `what deleting a namespace of 2,000 objects would do (the question is there after ${askedMs.toFixed(0)} ms)`,
      2_000,
      previewMs,
    ),
  ]);
}

function grantFigures(cost: GrantCost): readonly Figure[] {
  const { decision, firstCallElsewhereMs, changeMs, listMs, pageMs, small } = cost;
  return [
    {
      what: `a decision, 10,000 rules and 10,000 live grants, no CEL (the same without grants: ${decision.plainMicros.toFixed(1)} µs; of 50 callers, whose rules stay in the processor’s caches: ${decision.warmMicros.toFixed(1)} µs)`,
      unit: 'µs',
      atMost: 5,
      measured: decision.grantedMicros,
    },
    {
      what: `a grant asked for and given, to the first allowed call (alone: ${cost.firstCallAloneMs.toFixed(1)} ms, of which the gateway’s processor time ${cost.firstCallCpuMs.toFixed(1)} ms)`,
      unit: 'ms',
      atMost: 30,
      measured: cost.firstCallMs,
    },
    ...(firstCallElsewhereMs === undefined
      ? []
      : [{ what: 'the same, the call to another gateway', unit: 'ms', atMost: 130, measured: firstCallElsewhereMs }]),
    ...(changeMs === undefined
      ? []
      : [{ what: 'a change, until another gateway hears of it', unit: 'ms', atMost: 100, measured: changeMs }]),
    {
      what: `a page of 100 of 10,000 grants (all of them in one page: ${listMs.toFixed(0)} ms, in turns between which requests go on)`,
      unit: 'ms',
      atMost: 50,
      measured: pageMs,
    },
    {
      what: `small GET: what a control plane adds without its index (${small.bare.micros.toFixed(0)} µs without one; ${quarters(small.addedByControl)}; the index, in its own thread: ${small.addedByIndex.micros.toFixed(0)} µs)`,
      unit: 'µs',
      atMost: 3,
      measured: small.addedByControl.micros,
      isHidden: isHiddenBySpread(small.addedByControl, 3),
    },
    {
      what: `the same: what a live grant of the caller adds to that (${quarters(small.addedByGrant)})`,
      unit: 'µs',
      atMost: 3,
      measured: small.addedByGrant.micros,
      isHidden: isHiddenBySpread(small.addedByGrant, 3),
    },
  ];
}

/** What masks cost, alone and in a gateway. */
function maskSections(report: Report): readonly (readonly [title: string, text: string])[] {
  return [
    [
      'masking of objects of a list, a second of processor time, beside parsing the same bytes and writing them anew',
      table(
        report.objects.map(({ what, megabytes, parsedMegabytes }) => [
          what,
          `${megabytes.toFixed(0)} MB`,
          `${parsedMegabytes.toFixed(0)} MB`,
          `${(megabytes / parsedMegabytes).toFixed(2)} ×`,
        ]),
      ),
    ],
    [
      'what masks cost a gateway: processor time with masks, and where all are open, without kept bodies; and with both',
      maskText(report.masks),
    ],
  ];
}

/** What masks cost a whole gateway. */
export function maskText({ rows, largeListMegabytes }: MaskCost): string {
  const memory =
    largeListMegabytes === undefined
      ? ''
      : `\nmemory above idle while a list of 100 MB passes: ${largeListMegabytes.toFixed(1)} MB`;
  const lines = rows.map(({ what, maskedMicros, openMicros, wholeMicros }) => [
    what,
    `${maskedMicros.toFixed(0)} µs`,
    `${openMicros.toFixed(0)} µs`,
    `${(maskedMicros / openMicros).toFixed(2)} ×`,
    `${wholeMicros.toFixed(0)} µs`,
    `${(wholeMicros / openMicros).toFixed(2)} ×`,
  ]);
  return `${table([['', 'masked', 'open', 'of open', 'masked and kept', 'of open'], ...lines])}${memory}`;
}

function requestTable({ rows }: RequestRows): string {
  const direct = of(rows, 'direct');
  const bare = of(rows, 'bare').cpuMicros ?? Number.NaN;
  const lines = rows.map(({ way, cpuMicros, p50Ms, p99Ms }) => [
    way,
    cpuMicros === undefined ? '' : `${cpuMicros.toFixed(0)} µs`,
    cpuMicros === undefined ? '' : `${(cpuMicros / bare).toFixed(2)}×`,
    `${p50Ms.toFixed(2)} ms`,
    `${p99Ms.toFixed(2)} ms`,
    way === 'direct' ? '' : `${(p50Ms - direct.p50Ms).toFixed(2)} ms`,
    way === 'direct' ? '' : `${(p99Ms - direct.p99Ms).toFixed(2)} ms`,
  ]);
  return table([['', 'CPU/request', 'of bare', 'p50', 'p99', 'p50 added', 'p99 added'], ...lines]);
}

function stageRows({ get, create }: Report['stages']): readonly (readonly string[])[] {
  const percent = (shares: readonly StageShare[], stage: string) =>
    ((shares.find((each) => each.stage === stage)?.share ?? 0) * 100).toFixed(1);
  const stages = new Set([...get, ...create].map(({ stage }) => stage));
  return [...stages].map((stage) => [stage, percent(get, stage), percent(create, stage)]);
}

function cpuRatio({ rows }: RequestRows, way = 'gateway'): number {
  return (of(rows, way).cpuMicros ?? Number.NaN) / (of(rows, 'bare').cpuMicros ?? Number.NaN);
}

function of<T extends { readonly way: string }>(rows: readonly T[], way: string): T {
  const found = rows.find((row) => row.way === way);
  if (found === undefined) throw new Error(`nothing was measured for ${way}`);
  return found;
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}
