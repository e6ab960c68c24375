import type { SessionStoryView } from '../../../src/control/session-contract.ts';

type Story = SessionStoryView['stories'][number];

type SaidStory = Omit<Story, 'claimed'> & { readonly claimed: NonNullable<Story['claimed']> };

/** The stories of which the caller's own program says what it ran. */
export function saidStories(stories: readonly Story[]): readonly SaidStory[] {
  return stories.flatMap(({ claimed, ...same }) => (claimed === undefined ? [] : [{ ...same, claimed }]));
}
