/*
 * What is in force beside what is proposed. The editor puts its styles into its root: in a shadow root they are constructed sheets, which the page's policy lets
 * pass; in the document they would be a `style` element, which it does not.
 */

import { indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { MergeView, unifiedMergeView } from '@codemirror/merge';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';
import { basicSetup } from 'codemirror';
import { useEffect, useRef } from 'react';
import textStyles from '../looks/text.module.css';
import { useWide } from '../looks/use-wide.ts';
import { policyTexts } from '../words/policy-texts.ts';
import { EDITOR_LOOKS } from './editor-looks.ts';
import styles from './policy.module.css';

interface Props {
  readonly label: string;
  readonly before: string;
  readonly after: string;
  readonly onChange: (text: string) => void;
}

/** An editor of one file. Tab leaves it after Escape, as the hint says. */
export function MergeEditor({ label, before, after, onChange }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const isDesk = useWide('desk');
  const told = useRef(onChange);
  told.current = onChange;
  const now = useRef(after);
  useEffect(() => {
    const root = host.current?.shadowRoot ?? host.current?.attachShadow({ mode: 'open' });
    if (root === undefined) return undefined;
    const parent = root.appendChild(document.createElement('div'));
    const shared: Extension = [basicSetup, yaml(), EditorView.lineWrapping, EDITOR_LOOKS];
    const mine: Extension = [
      shared,
      keymap.of([indentWithTab]),
      EditorView.contentAttributes.of({ 'aria-label': label }),
      EditorView.updateListener.of((update) => {
        if (!update.docChanged) return;
        now.current = update.state.doc.toString();
        told.current(now.current);
      }),
    ];
    const view = isDesk
      ? new MergeView({
          a: {
            doc: before,
            extensions: [
              shared,
              EditorState.readOnly.of(true),
              EditorView.contentAttributes.of({ 'aria-label': `${label}: ${policyTexts.inForce}` }),
            ],
          },
          b: { doc: now.current, extensions: mine },
          parent,
          root: root as unknown as ShadowRoot,
          ...(now.current === before ? {} : { collapseUnchanged: { margin: 4, minSize: 12 } }),
        })
      : new EditorView({
          doc: now.current,
          extensions: [mine, unifiedMergeView({ original: before, mergeControls: false })],
          parent,
          root: root as unknown as ShadowRoot,
        });
    return () => {
      view.destroy();
      parent.remove();
    };
  }, [before, label, isDesk]);
  return (
    <>
      {isDesk && (
        <div className={styles.sides} aria-hidden="true">
          <span>{policyTexts.inForce}</span>
          <span>{policyTexts.proposed}</span>
        </div>
      )}
      <div ref={host} className={styles.editor} />
      <p className={`${textStyles.fine} ${styles.editorHint}`}>{policyTexts.editorHint}</p>
    </>
  );
}
