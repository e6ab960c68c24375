/* What is around every page: the ways to the others, whether changes are told, and who is signed in. Without anybody, the page to sign in. */
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet } from '@tanstack/react-router';
import { useEffect } from 'react';
import { LiveProvider } from '../api/live.tsx';
import { ApiProblem } from '../api/problem.ts';
import { pendingQuery, selfQuery } from '../api/queries.ts';
import { Icon } from '../looks/icon.tsx';
import { Failed, Reading } from '../looks/state-of-page.tsx';
import { SignIn } from '../sign-in/sign-in.tsx';
import { texts } from '../words/texts.ts';
import { alertOf } from './alert.ts';
import styles from './frame.module.css';
import { LiveMark } from './live-mark.tsx';
import { PersonButton } from './person-button.tsx';
import { showContrast } from './settings.ts';

const PAGES = [
  { to: '/', icon: 'inbox', name: texts.nav.inbox },
  { to: '/now', icon: 'now', name: texts.nav.now },
  { to: '/grants', icon: 'grants', name: texts.nav.grants },
  { to: '/sessions', icon: 'sessions', name: texts.nav.sessions },
  { to: '/policy', icon: 'policy', name: texts.nav.policy },
  { to: '/targets', icon: 'targets', name: texts.nav.targets },
] as const;

export function Frame() {
  const self = useQuery(selfQuery);
  useEffect(showContrast, []);
  if (self.isPending)
    return (
      <main className={styles.page}>
        <h1 className="unseen">{texts.product}</h1>
        <Reading />
      </main>
    );
  if (self.error instanceof ApiProblem && self.error.status === 401) return <SignIn wasIn={self.data !== undefined} />;
  if (self.data === undefined)
    return (
      <main className={styles.page}>
        <h1 className="unseen">{texts.product}</h1>
        <Failed error={self.error} again={() => void self.refetch()} />
      </main>
    );
  return (
    <LiveProvider onAsked={alertOf}>
      <a className={styles.skip} href="#page">
        {texts.skip}
      </a>
      <div className={styles.frame}>
        <header className={styles.side}>
          <Link to="/" className={styles.brand}>
            <img src="favicon.svg" alt="" width="24" height="24" />
            {texts.product}
          </Link>
          <Pages />
          <div className={styles.foot}>
            <LiveMark />
            <PersonButton self={self.data} />
          </div>
        </header>
        <main id="page" className={styles.page} tabIndex={-1}>
          <Outlet />
        </main>
      </div>
    </LiveProvider>
  );
}

function Pages() {
  const pending = useQuery(pendingQuery);
  const mine = pending.data?.items.filter(({ mayAnswer }) => mayAnswer).length ?? 0;
  useEffect(() => {
    document.title = mine === 0 ? texts.product : `(${mine}) ${texts.product}`;
  }, [mine]);
  return (
    <nav className={styles.pages} aria-label={texts.nav.label}>
      {PAGES.map(({ to, icon, name }) => (
        <Link key={to} to={to} className={styles.way} activeOptions={{ exact: to === '/', includeSearch: false }}>
          <Icon name={icon} />
          <span>{name}</span>
          {to === '/' && mine > 0 && (
            <span className={styles.count} title={texts.inbox.count(mine)}>
              {mine}
            </span>
          )}
        </Link>
      ))}
    </nav>
  );
}
