import { readFileSync } from 'node:fs';

/** A block of commands of the tutorial, with what its mark says of it. */
export interface Block {
  readonly part: 'demo' | 'own';
  readonly commands: string;
  /** It is left running while the next ones are typed. */
  readonly isBackground: boolean;
  /** It must fail with a refusal. */
  readonly isRefused: boolean;
}

const PAGE = new URL('../../docs/tutorial/first-refused-call.md', import.meta.url);

/**
 * The blocks of one part of the tutorial, in order.
 *
 * @throws {Error} a block of the page has no mark, or one that says something else: it would be a command that nothing runs
 */
export function tutorialBlocks(part: Block['part']): readonly Block[] {
  const text = readFileSync(PAGE, 'utf8');
  const blocks = [
    ...text.matchAll(/(?:<!-- test: (demo|own)((?: background| refused)*) -->\n)?```\w*\n([\s\S]*?)```/g),
  ];
  return blocks
    .map(([, of, marks = '', commands = '']): Block => {
      if (of !== 'demo' && of !== 'own') throw new Error(`no test runs this block of the tutorial:\n${commands}`);
      return { part: of, commands, isBackground: marks.includes('background'), isRefused: marks.includes('refused') };
    })
    .filter((block) => block.part === part);
}
