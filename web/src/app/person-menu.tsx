import { Menu, useMantineColorScheme } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { Self } from '../api/self.ts';
import { Icon } from '../looks/icon.tsx';
import { Instant } from '../looks/instant.tsx';
import { Seen } from '../looks/seen.tsx';
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

/** Who is signed in, how it looks and what it tells. */
export function PersonMenu({ self, button }: { readonly self: Self; readonly button: ReactElement }) {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { groups, roles, session } = self;
  return (
    <Menu
      defaultOpened
      position="top-start"
      withinPortal
      shadow="md"
      closeOnItemClick={false}
      transitionProps={{ duration: 0 }}
      classNames={{ dropdown: styles.dropdown ?? '', item: styles.item ?? '', label: styles.label ?? '' }}
    >
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown>
        <dl className={styles.facts}>
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
        <Menu.Divider />
        <Menu.Item component={Link} to="/keys">
          {texts.personKeys.title}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>{texts.person.looks}</Menu.Label>
        {SCHEMES.map(([scheme, name]) => (
          <Menu.Item
            key={scheme}
            role="menuitemradio"
            aria-checked={colorScheme === scheme}
            onClick={() => setColorScheme(scheme)}
            rightSection={colorScheme === scheme ? <Icon name="check" /> : null}
          >
            {name}
          </Menu.Item>
        ))}
        <Toggle setting="contrast" name={texts.person.contrast} />
        <Menu.Divider />
        <Toggle setting="notify" name={texts.person.notify} may={mayNotify} />
        <Toggle setting="sound" name={texts.person.sound} />
        <SignOut self={self} />
      </Menu.Dropdown>
    </Menu>
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
    <Menu.Item
      role="menuitemcheckbox"
      aria-checked={isOn}
      onClick={() => void turn()}
      rightSection={isOn ? <Icon name="check" /> : null}
    >
      {name}
    </Menu.Item>
  );
}
