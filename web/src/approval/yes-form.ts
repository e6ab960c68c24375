/*
 * What a yes says beside yes: less of the request, or the rest of its command too. What is typed, what is wrong with it, what is sent, and the command that says the
 * same. Pure; the gateway checks all of it again.
 */
import type { ApprovalView } from '../../../src/control/approval-contract.ts';
import { lengthMs, policyLength } from '../words/duration.ts';
import { texts } from '../words/texts.ts';
import { yesTexts } from '../words/yes-texts.ts';

const words = yesTexts;

/** All of it, less of it, or all of it and what still comes of its command. */
export type YesKind = 'all' | 'less' | 'rest';

/** One edit, as it is typed. */
export interface Edit {
  readonly what: 'set' | 'remove' | 'label';
  readonly path: string;
  readonly value: string;
}

/** The fields as they are typed. */
export interface YesForm {
  readonly kind: YesKind;
  readonly goodFor: string;
  readonly isDryRun: boolean;
  readonly edits: readonly Edit[];
  readonly restUses: string;
  readonly restFor: string;
}

/** Limit of the gateway's: edits that one yes makes. */
export const EDITS_MAX = 10;

export const PLAIN_YES: YesForm = { kind: 'all', goodFor: '', isDryRun: false, edits: [], restUses: '', restFor: '' };

/** What a yes to this question can be, beside a plain one. A signed one is to all of it, and nothing is taken from what another has said yes to. */
export function kindsOf({ rules, shown, grant, answers }: ApprovalView): readonly YesKind[] {
  if (rules.some(({ signed }) => signed)) return ['all'];
  const mayBeLess = grant === undefined && shown.planned === undefined && answers.length === 0;
  return ['all', ...(mayBeLess ? (['less'] as const) : []), ...(isWidened(shown) ? (['rest'] as const) : [])];
}

/** Whether the rest of the command is asked for; what is known beforehand, a yes covers by itself. */
function isWidened({ rest }: ApprovalView['shown']): boolean {
  return rest !== undefined && rest.covers === undefined;
}

/** What is wrong with what was typed, the first of it; undefined: nothing. */
export function mistakeOf(form: YesForm, shown: ApprovalView['shown']): string | undefined {
  switch (form.kind) {
    case 'all':
      return undefined;
    case 'less':
      return mistakeOfLess(form);
    case 'rest': {
      const { usesMax = 1, forMs = 0 } = shown.rest ?? {};
      const uses = form.restUses.trim();
      if (uses !== '' && !(/^[1-9]\d{0,4}$/.test(uses) && Number(uses) <= usesMax)) return words.badUses(usesMax);
      const length = form.restFor.trim();
      return length !== '' && (lengthMs(length) ?? Number.POSITIVE_INFINITY) > forMs ? words.badRestFor : undefined;
    }
  }
}

function mistakeOfLess({ goodFor, isDryRun, edits }: YesForm): string | undefined {
  if (goodFor.trim() !== '' && lengthMs(goodFor.trim()) === undefined) return texts.ask.badLength;
  if (goodFor.trim() === '' && !isDryRun && edits.length === 0) return words.nothingLess;
  for (const { what, path, value } of edits) {
    if (what === 'label' ? path.trim() === '' : !/^(?:\/(?:[^/~]|~[01])+)+$/.test(path.trim()))
      return words.badPath[what];
    if (what === 'label' && value.length > 63) return words.badLabel;
  }
  return undefined;
}

/** What goes along with a yes. */
export function yesBody(form: YesForm): object {
  const { goodFor, isDryRun, edits, restUses, restFor } = form;
  switch (form.kind) {
    case 'all':
      return {};
    case 'less': {
      const amend = [...(isDryRun ? [{ dryRun: true }] : []), ...edits.map(amendmentOf)];
      return {
        ...(goodFor.trim() === '' ? {} : { goodFor: goodFor.trim() }),
        ...(amend.length === 0 ? {} : { amend }),
      };
    }
    case 'rest':
      return {
        rest: {
          ...(restUses.trim() === '' ? {} : { usesMax: Number(restUses) }),
          ...(restFor.trim() === '' ? {} : { for: restFor.trim() }),
        },
      };
  }
}

/** The same, as words of `sallyport approvals approve`. */
export function yesWords({ kind, goodFor, isDryRun, edits, restUses, restFor }: YesForm): readonly string[] {
  switch (kind) {
    case 'all':
      return [];
    case 'less':
      return [
        ...(goodFor.trim() === '' ? [] : ['--good-for', goodFor.trim()]),
        ...(isDryRun ? ['--dry-run'] : []),
        ...edits.flatMap(({ what, path, value }) => [
          `--${what}`,
          what === 'remove' ? path.trim() : `${path.trim()}=${value}`,
        ]),
      ];
    case 'rest':
      return [
        '--rest',
        ...(restUses.trim() === '' ? [] : [restUses.trim()]),
        ...(restFor.trim() === '' ? [] : ['--rest-for', restFor.trim()]),
      ];
  }
}

/** Limits of what is offered, in words. */
export function restBounds({ usesMax, forMs }: NonNullable<ApprovalView['shown']['rest']>): string {
  return words.restBounds(usesMax, policyLength(forMs));
}

function amendmentOf({ what, path, value }: Edit): object {
  const at = path.trim();
  switch (what) {
    case 'set':
      return { set: { path: at, value: jsonOf(value) } };
    case 'remove':
      return { remove: { path: at } };
    case 'label':
      return { label: { key: at, value } };
  }
}

/** What is no JSON is a text, as on the command line. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
