import { useMantineColorScheme } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Self } from '../api/self.ts';
import { Icon } from '../looks/icon.tsx';
import { Instant } from '../looks/instant.tsx';
import { Seen } from '../looks/seen.tsx';
import { keyTexts } from '../words/key-texts.ts';
import { texts } from '../words/texts.ts';
import { mayNotify } from './alert.ts';
import styles from './person-menu.module.css';
import { type Setting, set, useSetting } from './settings.ts';
import { SignOut } from './sign-out.tsx';

const SCHEMES = [
  ['auto', texts.person.system],
  ['light', texts.person.light],
  ['dark', texts.person.dark],
] as const;

/** Who is signed in, how it looks and what it tells: what the popover of the person's button holds. */
export function PersonMenu({ self, onLeave }: { readonly self: Self; readonly onLeave: () => void }) {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { subject, groups, roles, session } = self;
  return (
    <>
      <dl className={styles.facts}>
        <dt>{texts.person.who}</dt>
        <dd>
          <Seen>{subject}</Seen>
        </dd>
        <dt>{texts.person.groups}</dt>
        <dd>
          <Seen>{groups.length === 0 ? texts.person.noGroups : groups.join(', ')}</Seen>
        </dd>
        <dt>{texts.person.roles}</dt>
        <dd>{roles.length === 0 ? texts.person.noRoles : roles.join(', ')}</dd>
        {session !== undefined && (
          <>
            <dt>{texts.person.sessionEnds}</dt>
            <dd>
              <Instant at={session.endsAt} />
            </dd>
          </>
        )}
      </dl>
      <div className={styles.group}>
        <Link to="/stand-ins" className={styles.item} onClick={onLeave}>
          {texts.person.standIns}
        </Link>
        <Link to="/keys" className={styles.item} onClick={onLeave}>
          {keyTexts.title}
        </Link>
      </div>
      <fieldset className={styles.group}>
        <legend>{texts.person.looks}</legend>
        {SCHEMES.map(([scheme, name]) => (
          <Item key={scheme} isOn={colorScheme === scheme} act={() => setColorScheme(scheme)}>
            {name}
          </Item>
        ))}
        <Toggle setting="contrast" name={texts.person.contrast} />
      </fieldset>
      <div className={styles.group}>
        <Toggle setting="notify" name={texts.person.notify} may={mayNotify} />
        <Toggle setting="sound" name={texts.person.sound} />
      </div>
      <div className={styles.group}>
        <SignOut self={self} />
      </div>
    </>
  );
}

interface ItemProps {
  readonly isOn: boolean;
  readonly act: () => void;
  readonly children: ReactNode;
}

function Item({ isOn, act, children }: ItemProps) {
  return (
    <button type="button" className={styles.item} aria-pressed={isOn} onClick={act}>
      {children}
      {isOn && <Icon name="check" />}
    </button>
  );
}

function Toggle({
  setting,
  name,
  may = async () => true,
}: {
  readonly setting: Setting;
  readonly name: string;
  readonly may?: () => Promise<boolean>;
}) {
  const isOn = useSetting(setting);
  const turn = async () => set(setting, !isOn && (await may()));
  return (
    <Item isOn={isOn} act={() => void turn()}>
      {name}
    </Item>
  );
}
