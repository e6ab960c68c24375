import { Argument, Command } from 'commander';
import { bashScript } from './bash-script.ts';
import { fishScript } from './fish-script.ts';
import { type CommandWords, wordTree } from './word-tree.ts';
import { zshScript } from './zsh-script.ts';

/** The shells, and what makes their scripts. */
export const SCRIPTS: Readonly<Record<string, (tree: readonly CommandWords[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** `sallyport completion`: prints a shell's script, made from the commands as they are. `whole`: the program with every command in it. */
export function completionCommand(whole: () => Promise<Command>): Command {
  return new Command('completion')
    .addArgument(new Argument('<shell>', 'the shell that is to complete').choices(Object.keys(SCRIPTS)))
    .action(async (shell: string) => {
      process.stdout.write(SCRIPTS[shell]?.(wordTree(await whole())) ?? '');
    });
}
