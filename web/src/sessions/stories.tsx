import { useSearch } from '@tanstack/react-router';
import type { SessionStoryView } from '../../../src/control/session-contract.ts';
import { Seen } from '../looks/seen.tsx';
import sheets from '../looks/sheets.module.css';
import { Tag } from '../looks/tag.tsx';
import textStyles from '../looks/text.module.css';
import { count } from '../words/count.ts';
import { span } from '../words/duration.ts';
import { sessionTexts } from '../words/session-texts.ts';
import styles from './story.module.css';
import type { StorySearch } from './story-search.ts';

const words = sessionTexts;

interface Props {
  readonly session: SessionStoryView;
  readonly onChoose: (story: Pick<StorySearch, 'story'>) => void;
}

/** What was run, and by whose word, each with what came of it; a press shows its calls alone, another one all again. */
export function Stories({ session: { stories }, onChoose }: Props) {
  const { story } = useSearch({ from: '/sessions/$id' });
  if (stories.length === 0) return null;
  return (
    <section className={styles.stories}>
      <div className={styles.title}>
        <h2>{words.stories}</h2>
        <p className={textStyles.fine}>{words.storiesHint}</p>
      </div>
      <ul className={sheets.rows}>
        {stories.map(({ id, by, title, startedAt, lastAt, exchanges, changes, refused, failed }) => {
          const isChosen = id === story;
          return (
            <li key={id}>
              <button
                type="button"
                className={`${sheets.row} ${styles.story}`}
                aria-pressed={isChosen}
                onClick={() => onChoose(isChosen ? {} : { story: id })}
              >
                <span className={styles.ran}>
                  <Seen>{title === '' ? words.untitled : title}</Seen>{' '}
                  <span className={textStyles.fine}>{words.storyBy[by]}</span>
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
