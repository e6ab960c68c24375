/*
 * The catalogs of a gateway whose workers each have a journal of their own, asked as one. A session and an exchange are in one journal alone; lists are put together by id,
 * which sorts by time.
 */
import type { Catalog, ExchangeFilter, FoundExchange, FoundLine, Page, RuleUse, Viewer } from '../recording/found.ts';

/** The catalog of the journal in a folder. */
export interface CatalogOf {
  readonly folder: string;
  readonly catalog: Catalog;
}

/** Limit: exchanges whose journal is remembered; that of another is looked for again. */
const PLACES_MAX = 1_000;

/** Several catalogs as one. */
export class SeveralCatalogs implements Catalog {
  readonly #catalogs: readonly CatalogOf[];
  /** The folder of an exchange's journal; the one that was asked for last stands last. */
  readonly #places = new Map<string, string>();

  constructor(catalogs: readonly CatalogOf[]) {
    this.#catalogs = catalogs;
  }

  /** The folder of the journal that an exchange was found in a moment ago; the first one's where it was not. */
  folderOf(exchange: string): string {
    return this.#places.get(exchange) ?? (this.#catalogs[0]?.folder as string);
  }

  async sessions(viewer: Viewer, filter: ExchangeFilter, page: Page) {
    const found = await this.#each((catalog) => catalog.sessions(viewer, filter, page));
    return found
      .flat()
      .sort((a, b) => (a.id < b.id ? 1 : -1))
      .slice(0, page.limit);
  }

  async session(viewer: Viewer, id: string) {
    return (await this.#each((catalog) => catalog.session(viewer, id))).find((found) => found !== undefined);
  }

  async exchanges(viewer: Viewer, filter: ExchangeFilter, page: Page): Promise<readonly FoundExchange[]> {
    const found = await this.#each((catalog) => catalog.exchanges(viewer, filter, { ...page, isById: true }));
    const isOldestFirst = filter.session !== undefined;
    return found
      .flat()
      .sort((a, b) => (a.id < b.id === isOldestFirst ? -1 : 1))
      .slice(0, page.limit);
  }

  async exchange(viewer: Viewer, id: string) {
    const found = await this.#each((catalog) => catalog.exchange(viewer, id));
    this.#remember(
      id,
      found.findIndex((each) => each !== undefined),
    );
    return found.find((each) => each !== undefined);
  }

  async ruleUses(sinceMs: number) {
    const found = await this.#each((catalog) => catalog.ruleUses(sinceMs));
    const uses = new Map<string, RuleUse>();
    for (const each of found.flatMap((one) => one.uses)) {
      const before = uses.get(each.rule);
      uses.set(each.rule, {
        rule: each.rule,
        uses: each.uses + (before?.uses ?? 0),
        lastAt: Math.max(each.lastAt, before?.lastAt ?? 0),
      });
    }
    const begins = found.flatMap(({ beginsAt }) => (beginsAt === undefined ? [] : [beginsAt]));
    return { uses: [...uses.values()], beginsAt: begins.length === 0 ? undefined : Math.max(...begins) };
  }

  async recorded(viewer: Viewer, id: string, afterSeq: number): Promise<readonly FoundLine[]> {
    const found = await this.#each((catalog) => catalog.recorded(viewer, id, afterSeq));
    const index = found.findIndex((lines) => lines.length > 0);
    this.#remember(id, index);
    return found[index] ?? [];
  }

  #each<Answer>(ask: (catalog: Catalog) => Promise<Answer>): Promise<Answer[]> {
    return Promise.all(this.#catalogs.map(({ catalog }) => ask(catalog)));
  }

  #remember(exchange: string, index: number): void {
    const folder = this.#catalogs[index]?.folder;
    if (folder === undefined) return;
    this.#places.delete(exchange);
    this.#places.set(exchange, folder);
    const [oldest] = this.#places.keys();
    if (this.#places.size > PLACES_MAX) this.#places.delete(oldest as string);
  }
}
