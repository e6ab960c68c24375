import { texts } from '../words/texts.ts';
import buttons from './buttons.module.css';

interface Props {
  readonly query: {
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    readonly fetchNextPage: () => Promise<unknown>;
  };
}

/** Reads more of a list that comes in pages, where there is more. */
export function More({ query: { hasNextPage, isFetchingNextPage, fetchNextPage } }: Props) {
  if (!hasNextPage) return null;
  return (
    <div className={buttons.more}>
      <button
        type="button"
        className={buttons.quiet}
        disabled={isFetchingNextPage}
        onClick={() => void fetchNextPage()}
      >
        {texts.longList.more}
      </button>
    </div>
  );
}
