import styles from './icon.module.css';

/** Drawn on a grid of 24, with one width of line. */
const PATHS = {
  inbox: 'M3 13h5l1.5 3h5L16 13h5M5.5 5h13L21 13v6H3v-6z',
  now: 'M3 12h4l3-8 4 16 3-8h4',
  grants: 'M14.5 9.5a4 4 0 1 0-3 3.9L13 15h2v2h2v2h3v-3.5l-5.6-5.6',
  sessions: 'M4 5h16v14H4zM8 9l3 3-3 3M13 15h4',
  policy: 'M12 3l8 3v6c0 4.5-3.2 7.7-8 9-4.8-1.3-8-4.5-8-9V6zM9 12l2 2 4-4',
  targets: 'M4 5h16v5H4zM4 14h16v5H4zM7.5 7.5h.01M7.5 16.5h.01',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  cross: 'M6 6l12 12M18 6L6 18',
  warn: 'M12 4l9 16H3zM12 10v4M12 17h.01',
  back: 'M15 5l-7 7 7 7',
  forward: 'M9 5l7 7-7 7',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c.8-4 4-6 8-6s7.200 2 8 6',
  program: 'M8 8l-4 4 4 4M16 8l4 4-4 4M13.500 5l-3 14',
  stop: 'M8 3h8l5 5v8l-5 5H8l-5-5V8zM8.500 12h7',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l5 5',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3 2',
  key: 'M3 7h18v11H3zM7 11h.01M11 11h.01M15 11h.01M8 15h8',
  play: 'M7 5l12 7-12 7z',
  pause: 'M8 5v14M16 5v14',
} as const;

export type IconName = keyof typeof PATHS;

/** A picture beside words that say the same; a reader of screens passes it by. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className={styles.icon} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
