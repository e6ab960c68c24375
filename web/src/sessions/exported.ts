/*
 * What is on the page, as a file: exactly the calls that the filters leave, page by page as the gateway gives them. Nothing is masked or shown here that is not on the
 * page. Evidence that proves itself is another thing: `sallyport sessions export --format proven`.
 */
import type { ExchangeRowView, SessionStoryView, SessionView } from '../../../src/control/session-contract.ts';
import { type Page, type SessionFilters, sessionParameters } from '../api/queries.ts';
import { request } from '../api/request.ts';
import { isOf, type Kind } from './kind.ts';

/** Limit: calls of one file; a longer selection is cut there, and said to be. */
export const EXPORTED_MAX = 50_000;

/** Rows of one file, and whether they are all. */
export interface Exported {
  readonly rows: readonly ExchangeRowView[];
  readonly isWhole: boolean;
}

interface Of {
  readonly kind?: Kind;
  readonly story?: string;
}

/** The calls of one session. */
export function callsOf(session: string, { kind = 'all', story }: Of): Promise<Exported> {
  return gathered(
    pagesOf(session, new URLSearchParams()),
    (call) => isOf(call, kind) && (story === undefined || call.story === story),
  );
}

/** The calls of every session that fits the filters. */
export function callsThatFit(filters: SessionFilters): Promise<Exported> {
  return gathered(everyPage(filters), () => true);
}

async function* everyPage(filters: SessionFilters): AsyncGenerator<SessionStoryView['items']> {
  // The filters as they are now, for every page of every session: a moving end would leave some out.
  const asked = sessionParameters(filters, '');
  for (let after: string | null = ''; after !== null; ) {
    const query: URLSearchParams = new URLSearchParams([...asked, ...(after === '' ? [] : [['after', after]])]);
    const page: Page<SessionView> = await request<Page<SessionView>>(`/sessions?${query}`);
    for (const { id } of page.items) yield* pagesOf(id, asked);
    after = page.next;
  }
}

async function* pagesOf(session: string, asked: URLSearchParams): AsyncGenerator<SessionStoryView['items']> {
  for (let after: string | null = ''; after !== null; ) {
    const query = new URLSearchParams([...asked, ['limit', '1000'], ...(after === '' ? [] : [['after', after]])]);
    const page: SessionStoryView = await request<SessionStoryView>(`/sessions/${encodeURIComponent(session)}?${query}`);
    yield page.items;
    after = page.next;
  }
}

async function gathered(
  pages: AsyncIterable<SessionStoryView['items']>,
  isMeant: (call: SessionStoryView['items'][number]) => boolean,
): Promise<Exported> {
  const rows: ExchangeRowView[] = [];
  for await (const page of pages) {
    rows.push(...page.filter(isMeant));
    if (rows.length > EXPORTED_MAX) return { rows: rows.slice(0, EXPORTED_MAX), isWhole: false };
  }
  return { rows, isWhole: true };
}
