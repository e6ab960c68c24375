import { Menu } from '@mantine/core';
import { request } from '../api/request.ts';
import type { Self } from '../api/self.ts';
import { texts } from '../words/texts.ts';

/** Ends the session of this browser, or all of the person's. */
export function SignOut({ self }: { readonly self: Self }) {
  if (self.session === undefined) return null;
  const out = async (everywhere: boolean) => {
    await request('/sign-out', { method: 'POST', body: { everywhere } });
    location.reload();
  };
  return (
    <>
      <Menu.Divider />
      <Menu.Item onClick={() => void out(false)}>{texts.person.signOut}</Menu.Item>
      <Menu.Item onClick={() => void out(true)}>{texts.person.signOutAll}</Menu.Item>
    </>
  );
}
