import { request } from '../api/request.ts';
import type { Self } from '../api/self.ts';
import { texts } from '../words/texts.ts';
import styles from './person-menu.module.css';

/** Ends the session of this browser, or all of the person's. */
export function SignOut({ self }: { readonly self: Self }) {
  if (self.session === undefined) return null;
  const out = async (everywhere: boolean) => {
    await request('/sign-out', { method: 'POST', body: { everywhere } });
    location.reload();
  };
  return (
    <>
      <button type="button" className={styles.item} onClick={() => void out(false)}>
        {texts.person.signOut}
      </button>
      <button type="button" className={styles.item} onClick={() => void out(true)}>
        {texts.person.signOutAll}
      </button>
    </>
  );
}
