import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Tried } from '../../../src/control/policy-contract.ts';
import { type PolicyFile, policyFilesQuery } from '../api/policy-queries.ts';
import { request } from '../api/request.ts';
import buttons from '../looks/buttons.module.css';
import { Choice } from '../looks/choice.tsx';
import { SameByCommand } from '../looks/command.tsx';
import { Named } from '../looks/named.tsx';
import { ProblemLine } from '../looks/problem-line.tsx';
import { Failed, Reading } from '../looks/state-of-page.tsx';
import textStyles from '../looks/text.module.css';
import { policyTexts } from '../words/policy-texts.ts';
import { MergeEditor } from './merge-editor.tsx';
import { NarrowerForm } from './narrower-form.tsx';
import styles from './policy.module.css';
import { TriedOut } from './tried-out.tsx';

const words = policyTexts;

const COMMANDS = [
  'sallyport policy check NEW',
  'sallyport policy diff OLD NEW',
  'sallyport policy simulate OLD NEW --config sallyport.yaml',
  "sallyport policy tighten --config sallyport.yaml --caller 'SUBJECT'",
];

/** A change of policy as a proposal alone: edited beside what is in force, tried on what was recorded, and taken to git as a patch. */
export function Propose() {
  const files = useQuery(policyFilesQuery);
  if (files.isPending) return <Reading />;
  if (files.data === undefined) return <Failed error={files.error} again={() => void files.refetch()} />;
  return <Proposal before={files.data.items} />;
}

function Proposal({ before }: { readonly before: readonly PolicyFile[] }) {
  const [shown, setShown] = useState(before[0]?.file ?? '');
  const [edited, setEdited] = useState<ReadonlyMap<string, string>>(new Map());
  /** Counts what was put into the editor from outside, so that it begins anew with that. */
  const [given, setGiven] = useState(0);
  const changed = before.flatMap(({ file, text }) => {
    const now = edited.get(file);
    return now === undefined || now === text ? [] : [{ file, text: now }];
  });
  const tryOut = useMutation({
    mutationFn: () => request<Tried>('/policy/proposals/try', { method: 'POST', body: { files: changed } }),
  });
  const put = (files: readonly PolicyFile[]) => {
    setEdited(new Map(files.map(({ file, text }) => [file, text])));
    setGiven(given + 1);
    tryOut.reset();
  };
  const old = before.find(({ file }) => file === shown);
  return (
    <div className={styles.proposal}>
      <div className={styles.bar}>
        {before.length > 1 && (
          <Choice
            label={words.files}
            value={shown}
            options={before.map(({ file }) => [file, changed.some((each) => each.file === file) ? `${file} •` : file])}
            onChoose={setShown}
          />
        )}
        <NarrowerForm onFound={put} />
      </div>
      {old !== undefined && (
        <MergeEditor
          key={`${old.file} ${given}`}
          label={words.editorOf(old.file)}
          before={old.text}
          after={edited.get(old.file) ?? old.text}
          onChange={(text) => setEdited(new Map([...edited, [old.file, text]]))}
        />
      )}
      <div className={styles.bar}>
        <button
          type="button"
          className={buttons.main}
          disabled={changed.length === 0 || tryOut.isPending}
          onClick={() => tryOut.mutate()}
        >
          {tryOut.isPending ? words.trying : words.tryOut}
        </button>
        <button type="button" className={buttons.quiet} disabled={changed.length === 0} onClick={() => put([])}>
          {words.undo}
        </button>
        <p className={textStyles.fine}>
          <Named>{changed.length === 0 ? words.nothingChanged : words.onlyProposal}</Named>
        </p>
      </div>
      <ProblemLine error={tryOut.error} />
      <div aria-live="polite">
        {tryOut.isPending && <Reading />}
        {tryOut.data !== undefined && <TriedOut tried={tryOut.data} />}
      </div>
      <SameByCommand lines={COMMANDS} />
    </div>
  );
}
