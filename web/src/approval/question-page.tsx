import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { approvalQuery } from '../api/queries.ts';
import buttons from '../looks/buttons.module.css';
import { Icon } from '../looks/icon.tsx';
import { Failed, Reading } from '../looks/state-of-page.tsx';
import { texts } from '../words/texts.ts';
import { Question } from './question.tsx';
import styles from './question-page.module.css';

/** One question on a page of its own, as a notification's link opens it. */
export function QuestionPage() {
  const { id } = useParams({ from: '/approvals/$id' });
  const question = useQuery(approvalQuery(id));
  return (
    <div className={styles.page}>
      <Link to="/" className={buttons.back}>
        <Icon name="back" />
        {texts.question.back}
      </Link>
      {question.isPending && <Reading />}
      {question.data === undefined && question.error !== null && (
        <Failed error={question.error} again={() => void question.refetch()} />
      )}
      {question.data !== undefined && <Question key={question.data.id} approval={question.data} heading="h1" />}
    </div>
  );
}
