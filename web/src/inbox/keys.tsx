import { useEffect, useRef } from 'react';
import buttons from '../looks/buttons.module.css';
import sheets from '../looks/sheets.module.css';
import { texts } from '../words/texts.ts';
import styles from './keys.module.css';

/** What each key does. */
export function Keys({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  return (
    <dialog ref={dialog} className={sheets.dialog} onClose={onClose} aria-label={texts.keys.title}>
      <h2>{texts.keys.title}</h2>
      <dl className={styles.list}>
        {texts.keys.list.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd className={styles.key}>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit" className={buttons.quiet}>
          {texts.close}
        </button>
      </form>
    </dialog>
  );
}
