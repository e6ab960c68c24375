import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { grantQuery, selfQuery } from '../api/queries.ts';
import buttons from '../looks/buttons.module.css';
import { SameByCommand } from '../looks/command.tsx';
import { Icon } from '../looks/icon.tsx';
import { PageHead } from '../looks/page-head.tsx';
import sheets from '../looks/sheets.module.css';
import { Failed, Reading } from '../looks/state-of-page.tsx';
import { commandLine } from '../words/shell-word.ts';
import { texts } from '../words/texts.ts';
import { GrantCard } from './grant-card.tsx';

const words = texts.grants;

/** One grant however it stands, in force or long ended: the calls that it let lead here. */
export function OneGrant({ id }: { readonly id: string }) {
  const self = useQuery(selfQuery).data;
  const grant = useQuery(grantQuery(id));
  return (
    <>
      <Link to="/grants" className={buttons.back}>
        <Icon name="back" />
        {words.back}
      </Link>
      <PageHead title={words.title} lead={words.lead} />
      {grant.isPending && <Reading />}
      {grant.data === undefined && grant.error !== null && (
        <Failed error={grant.error} again={() => void grant.refetch()} />
      )}
      {grant.data !== undefined && (
        <ul className={sheets.cards}>
          <GrantCard grant={grant.data} self={self} />
        </ul>
      )}
      <SameByCommand lines={[commandLine('sallyport', 'grants', 'show', id)]} />
    </>
  );
}
