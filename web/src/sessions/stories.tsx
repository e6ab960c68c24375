import { useSearch } from '@tanstack/react-router';
import type { SessionStoryView } from '../../../src/control/session-contract.ts';
import { Seen } from '../looks/seen.tsx';
import sheets from '../looks/sheets.module.css';
import { Tag } from '../looks/tag.tsx';
import textStyles from '../looks/text.module.css';
import { count } from '../words/count.ts';
import { span } from '../words/duration.ts';
import { texts } from '../words/texts.ts';
import { saidStories } from './said-stories.ts';
import styles from './story.module.css';
import type { StorySearch } from './story-search.ts';

const words = texts.sessions;

interface Props {
  readonly session: SessionStoryView;
  readonly onChoose: (story: Pick<StorySearch, 'run' | 'command'>) => void;
}

/** What the caller said that it ran, each with what came of it; a press shows its calls alone, another one all again. */
export function Stories({ session: { stories }, onChoose }: Props) {
  const { run, command } = useSearch({ from: '/sessions/$id' });
  const said = saidStories(stories);
  if (said.length === 0) return null;
  return (
    <section className={styles.stories}>
      <div className={styles.title}>
        <h2>{words.stories}</h2>
        <p className={textStyles.fine}>{words.saidHint}</p>
      </div>
      <ul className={sheets.rows}>
        {said.map(({ claimed, startedAt, lastAt, exchanges, changes, refused, failed }) => {
          const isChosen = claimed.session === run && claimed.command === command;
          return (
            <li key={`${claimed.session} ${claimed.command} ${startedAt}`}>
              <button
                type="button"
                className={`${sheets.row} ${styles.story}`}
                aria-pressed={isChosen}
                onClick={() => onChoose(isChosen ? {} : { run: claimed.session, command: claimed.command })}
              >
                <span className={styles.ran}>
                  <Seen>{claimed.command === '' ? words.saidNothing : claimed.command}</Seen>
                </span>
                <span className={styles.sums}>
                  {count(exchanges, 'call')} · {span(Date.parse(lastAt) - Date.parse(startedAt))}
                  {changes > 0 && <Tag meaning="ask">{count(changes, 'change')}</Tag>}
                  {refused > 0 && <Tag meaning="no">{`${refused} ${words.refused.toLowerCase()}`}</Tag>}
                  {failed > 0 && <Tag meaning="no">{`${failed} ${words.failed.toLowerCase()}`}</Tag>}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
