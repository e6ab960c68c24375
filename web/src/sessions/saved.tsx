import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { SessionFilters } from '../api/queries.ts';
import buttons from '../looks/buttons.module.css';
import { Icon } from '../looks/icon.tsx';
import { Seen } from '../looks/seen.tsx';
import textStyles from '../looks/text.module.css';
import { sessionTexts } from '../words/session-texts.ts';
import styles from './saved.module.css';
import { forget, keep, useSavedSearches } from './saved-searches.ts';

const words = sessionTexts;

/** Searches that the reader keeps: each a press away, and the one on the page kept under a name. */
export function Saved({ filters }: { readonly filters: SessionFilters }) {
  const saved = useSavedSearches();
  const isFiltered = Object.keys(filters).length > 0;
  if (saved.length === 0 && !isFiltered) return null;
  return (
    <div className={styles.saved}>
      {saved.map(({ name, filters: kept }) => (
        <span key={name} className={styles.one}>
          <Link to="/sessions" search={kept} className={styles.link}>
            <Seen>{name}</Seen>
          </Link>
          <button type="button" className={styles.forget} aria-label={words.forget(name)} onClick={() => forget(name)}>
            <Icon name="cross" />
          </button>
        </span>
      ))}
      {isFiltered && <Keep key={JSON.stringify(filters)} filters={filters} />}
    </div>
  );
}

function Keep({ filters }: { readonly filters: SessionFilters }) {
  const [name, setName] = useState<string>();
  if (name === undefined)
    return (
      <button type="button" className={buttons.small} onClick={() => setName('')}>
        {words.saveSearch}
      </button>
    );
  return (
    <form
      className={styles.keep}
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() === '') return;
        keep({ name: name.trim(), filters });
        setName(undefined);
      }}
    >
      <input
        className="entry"
        // biome-ignore lint/a11y/noAutofocus: it was just asked for
        autoFocus
        value={name}
        maxLength={60}
        placeholder={words.saveName}
        aria-label={words.saveName}
        onChange={({ target }) => setName(target.value)}
      />
      <button type="submit" className={buttons.small} disabled={name.trim() === ''}>
        {words.saveDone}
      </button>
      <span className={textStyles.fine}>{words.savedHint}</span>
    </form>
  );
}
