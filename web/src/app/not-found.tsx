import { Link } from '@tanstack/react-router';
import { Nothing } from '../looks/state-of-page.tsx';
import { texts } from '../words/texts.ts';

export function NotFound() {
  return (
    <Nothing icon="search" title={texts.notFound.title}>
      <p>{texts.notFound.hint}</p>
      <p>
        <Link to="/">{texts.notFound.home}</Link>
      </p>
    </Nothing>
  );
}
