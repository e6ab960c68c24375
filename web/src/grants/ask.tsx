import { useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { Command } from '../looks/command.tsx';
import { PageHead } from '../looks/page-head.tsx';
import sheets from '../looks/sheets.module.css';
import { commandLine } from '../words/shell-word.ts';
import { texts } from '../words/texts.ts';
import { AskFields } from './ask-fields.tsx';
import { bodyOf, EMPTY_FORM, formOf } from './asked.ts';
import styles from './grants.module.css';
import { Refused } from './refused.tsx';

const words = texts.ask;

/** Asks for a grant, by hand or as a refusal's link says. */
export function Ask() {
  const { grant: link = '' } = useSearch({ from: '/grants/ask' });
  const linked = useMemo(() => formOf(link), [link]);
  return (
    <>
      <PageHead title={words.title} lead={words.lead} />
      {linked === undefined ? (
        <Refused />
      ) : (
        <div className={`${styles.note} ${sheets.notice}`}>
          <p>{words.fromLink}</p>
          <p>{words.fromLinkNote}</p>
          <Command line={commandLine('sallyport', 'grants', 'request', '--body', JSON.stringify(bodyOf(linked)))} />
        </div>
      )}
      <AskFields key={link} initial={linked ?? EMPTY_FORM} />
    </>
  );
}
