/* Searches that the reader keeps, in this browser alone. */
import { useSyncExternalStore } from 'react';
import type { SessionFilters } from '../api/queries.ts';
import { sessionFilters } from './session-filters.ts';

/** A search under its name. */
export interface SavedSearch {
  readonly name: string;
  readonly filters: SessionFilters;
}

const KEY = 'sallyport-searches';
/** Limit: searches that are kept. */
const SAVED_MAX = 30;

const listeners = new Set<() => void>();
let read: { readonly text: string | null; readonly searches: readonly SavedSearch[] } | undefined;

/** Those that are kept, by name. */
export function useSavedSearches(): readonly SavedSearch[] {
  return useSyncExternalStore(subscribe, savedSearches);
}

/** Keeps a search; one of the same name is another no more. */
export function keep(search: SavedSearch): void {
  write([search, ...savedSearches().filter(({ name }) => name !== search.name)].slice(0, SAVED_MAX));
}

export function forget(name: string): void {
  write(savedSearches().filter((each) => each.name !== name));
}

function savedSearches(): readonly SavedSearch[] {
  const text = localStorage.getItem(KEY);
  if (read?.text !== text) read = { text, searches: searchesOf(text) };
  return (read as NonNullable<typeof read>).searches;
}

/** What can be read of what was kept; the rest is nothing. */
export function searchesOf(text: string | null): readonly SavedSearch[] {
  try {
    const kept: unknown = JSON.parse(text ?? '[]');
    if (!Array.isArray(kept)) return [];
    return kept.flatMap((each: unknown): SavedSearch[] => {
      const { name, filters } = (each ?? {}) as { readonly name?: unknown; readonly filters?: unknown };
      if (typeof name !== 'string' || name === '' || typeof filters !== 'object' || filters === null) return [];
      return [{ name, filters: sessionFilters(filters as Record<string, unknown>) }];
    });
  } catch {
    return [];
  }
}

function write(searches: readonly SavedSearch[]): void {
  localStorage.setItem(KEY, JSON.stringify(searches));
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
}
