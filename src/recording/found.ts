/*
 * What is found of recordings: rows of the catalog, which is made from the journal and can be made again. Whose they are and where decides who sees them.
 */
import type { AskedBy } from '../model/is-own.ts';
import type { Outcome, RecordedOperation } from './event.ts';
import type { Run } from './tell-runs.ts';

/** Who looks: what is their own, and the places that a role reaches for them. */
export interface Viewer {
  /** Undefined: whoever may read the files themselves. */
  readonly own: AskedBy | undefined;
  /** With `*`; an absent list is every target, or every namespace and what is in none. */
  readonly reach: readonly { readonly targets?: readonly string[]; readonly namespaces?: readonly string[] }[];
}

/** What is looked for; what is absent is not asked. */
export interface ExchangeFilter {
  readonly session?: string | undefined;
  readonly subject?: string | undefined;
  readonly issuer?: string | undefined;
  readonly target?: string | undefined;
  readonly namespace?: string | undefined;
  readonly apiGroup?: string | undefined;
  readonly resource?: string | undefined;
  readonly name?: string | undefined;
  readonly verb?: string | undefined;
  readonly decision?: 'allow' | 'deny' | 'hold' | undefined;
  readonly rule?: string | undefined;
  readonly outcome?: FoundExchange['outcome'] | undefined;
  readonly status?: number | undefined;
  readonly code?: string | undefined;
  readonly grant?: string | undefined;
  /** What the caller says that it belongs to: the run, and its command. */
  readonly run?: string | undefined;
  readonly command?: string | undefined;
  /** Words that stand together in what was asked (path, command, what the caller says it runs) or in what is kept of a body or of output. */
  readonly text?: string | undefined;
  readonly sinceMs?: number | undefined;
  readonly untilMs?: number | undefined;
}

/** One page of what is found; `before` is the last id of the page before. */
export interface Page {
  readonly before?: string | undefined;
  readonly limit: number;
  /** Exchanges in the order of their ids, by when they were asked, and not of the journal: what pages of several journals have in common. */
  readonly isById?: boolean | undefined;
}

/** An exchange in one row. */
export interface FoundExchange {
  readonly id: string;
  readonly session: string;
  readonly at: number;
  readonly subject: string;
  readonly issuer: string;
  readonly kind: string;
  readonly target: string;
  readonly verb: string;
  readonly apiGroup: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly path: string;
  readonly isChange: boolean;
  /** It was only planned (`sallyport plan`). */
  readonly planned?: true;
  readonly decision: 'allow' | 'deny' | 'hold' | undefined;
  readonly rule: string | undefined;
  readonly grant: string | undefined;
  readonly approval: string | undefined;
  /** `open` while it has no end. */
  readonly outcome: Outcome['kind'] | 'open';
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly durationMs: number | undefined;
  readonly bytesIn: number | undefined;
  readonly bytesOut: number | undefined;
  /** What is kept of a stream: a terminal, or timed events; undefined where there is nothing to play. */
  readonly recording: 'terminal' | 'events' | undefined;
  /** What the caller says of itself: nobody checks it. */
  readonly claimed: RecordedOperation['claimed'];
}

/** A session in one row. The counts are of what the viewer may see. */
export interface FoundSession {
  readonly id: string;
  readonly subject: string;
  readonly issuer: string;
  readonly kind: string;
  readonly target: string;
  readonly startedAt: number;
  readonly lastAt: number;
  readonly exchanges: number;
  readonly changes: number;
  readonly refused: number;
  readonly failed: number;
  readonly open: number;
  /** Only planned: neither changes nor refused. */
  readonly planned: number;
  readonly recordings: number;
}

/** Exchanges that belong together, as they are told to be: see `tell-runs.ts`. Its `id` is that of the first of them. */
export type FoundStory = Readonly<Run>;

/** A line of the journal that is about an exchange, as it is read from the disk. */
export interface FoundLine {
  readonly seq: number;
  /** The line's own hash. */
  readonly hash: string;
  readonly line: string;
}

/** How often a rule decided. */
export interface RuleUse {
  readonly rule: string;
  readonly uses: number;
  readonly lastAt: number;
}

/** All that the journal has of one exchange. */
export interface FoundWhole {
  readonly exchange: FoundExchange;
  /** Whose journal it is in, by the name that its segment says. */
  readonly gateway: string;
  readonly lines: readonly FoundLine[];
}

/** What answers questions about recordings. */
export interface Catalog {
  sessions(viewer: Viewer, filter: ExchangeFilter, page: Page): Promise<readonly FoundSession[]>;
  /** One session with its stories; undefined where the viewer may see nothing of it. */
  session(
    viewer: Viewer,
    id: string,
  ): Promise<{ readonly session: FoundSession; readonly stories: readonly FoundStory[] } | undefined>;
  /** The newest first; of one session the oldest first. */
  exchanges(viewer: Viewer, filter: ExchangeFilter, page: Page): Promise<readonly FoundExchange[]>;
  exchange(viewer: Viewer, id: string): Promise<FoundWhole | undefined>;
  /** Exchanges that began since an instant, by the rule that decided them, whoever's they are; and when the first of all began. */
  ruleUses(sinceMs: number): Promise<{ readonly uses: readonly RuleUse[]; readonly beginsAt: number | undefined }>;
  /** The lines that say what is kept of it, in order, behind the one with the number `afterSeq`; none where the viewer may not see it. */
  recorded(viewer: Viewer, id: string, afterSeq: number): Promise<readonly FoundLine[]>;
}
