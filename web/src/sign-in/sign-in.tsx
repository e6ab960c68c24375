import { useQuery } from '@tanstack/react-query';
import { basePath } from '../api/base.ts';
import { request } from '../api/request.ts';
import { Named } from '../looks/named.tsx';
import { Failed } from '../looks/state-of-page.tsx';
import { texts } from '../words/texts.ts';
import styles from './sign-in.module.css';

interface Issuers {
  readonly items: readonly { readonly issuer: string; readonly path: string }[];
}

/** The page of whoever is not signed in: with whom to sign in, and back to where they wanted to go. */
export function SignIn({ wasIn }: { readonly wasIn: boolean }) {
  const issuers = useQuery({
    queryKey: ['issuers'],
    queryFn: ({ signal }) => request<Issuers>('/sign-in', { signal }),
  });
  const to = location.pathname.slice(basePath.length) + location.search;
  return (
    <main className={styles.page}>
      <div className={styles.sheet}>
        <img src="favicon.svg" alt="" width="44" height="44" />
        <h1>{texts.signIn.title}</h1>
        <p className={styles.lead}>{wasIn ? texts.signIn.ended : texts.signIn.lead}</p>
        {issuers.error !== null && <Failed error={issuers.error} again={() => void issuers.refetch()} />}
        {issuers.data?.items.length === 0 && (
          <div className={styles.none}>
            <h2>{texts.signIn.none}</h2>
            <p>
              <Named>{texts.signIn.noneHint}</Named>
            </p>
          </div>
        )}
        {issuers.data?.items.map(({ issuer, path }) => (
          <a key={issuer} className={styles.way} href={`${basePath}${path}&${new URLSearchParams({ to })}`}>
            {texts.signIn.with(issuer)}
          </a>
        ))}
      </div>
    </main>
  );
}
