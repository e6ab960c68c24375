/* Programs that are given a password by an option whose name does not say so, or right behind one; in the words of a command (`../text/tool-passwords.ts`) and in text (`tool-option.ts`). */

/** A program that is given passwords by options which nobody would know by their names. */
export interface Tool {
  readonly names: RegExp;
  /** Options with the value as the next word, or behind `=`. */
  readonly options?: readonly string[];
  /** Options with the value right behind them. */
  readonly attached?: readonly string[];
  /** What stands in a value before the password; absent: it is all of it. */
  readonly mark?: string;
  /** A word that must stand before such an option. */
  readonly behind?: string;
  /** Words behind which a user and then a password stand. */
  readonly words?: readonly string[];
}

/** Source: the manual of each */
export const TOOLS: readonly Tool[] = [
  { names: /^(?:mysql(?:admin|dump|import|show|check|binlog|pump|slap|sh|_upgrade)?|mariadb(?:-[a-z]+)?)$/, attached: ['-p'] },
  { names: /^(?:redis|valkey|keydb)-cli$/, options: ['-a', '--pass'] },
  { names: /^curl$/, options: ['-u', '--user', '-U', '--proxy-user'], attached: ['-u', '-U'], mark: ':' },
  { names: /^sshpass$/, options: ['-p'], attached: ['-p'] },
  { names: /^(?:ssh|scp|sftp|rsync)$/ }, // which have other options of these names
  { names: /^(?:docker|podman|nerdctl|buildah|skopeo|oras|crane|helm|az|cf|oc|argocd)$/, options: ['-p', '--password'], behind: 'login' },
  { names: /^mongo(?:sh|dump|restore|export|import|stat|top|files)?$/, options: ['-p', '--password'] },
  { names: /^ldap(?:search|add|modify|delete|passwd|whoami|modrdn|compare)$/, options: ['-w'], attached: ['-w'] },
  { names: /^(?:sqlcmd|bcp)$/, options: ['-P'], attached: ['-P'] },
  { names: /^smbclient$/, options: ['-U', '--user'], attached: ['-U'], mark: '%' },
  { names: /^rabbitmqadmin$/, options: ['-p', '--password'] },
  { names: /^rabbitmqctl$/, words: ['add_user', 'change_password', 'authenticate_user'] },
  { names: /^keytool$/, options: ['-storepass', '-keypass', '-srcstorepass', '-deststorepass', '-srckeypass', '-destkeypass'] },
  { names: /^openssl$/, options: ['-pass', '-passin', '-passout'], mark: 'pass:' },
]; // biome-ignore format: a tool a line

/**
 * In lower case, one of these stands in each command in which a password is found, or a word that tells does; but for `bcp`, of which so little is looked for that too much has it. Chosen as
 * the ends of other words are (`test/masking/word-beginnings.test.ts`).
 */
export const TOOL_WORDS: readonly string[] = [
  ...['sql', 'mariadb', '-cli', 'curl', 'ongo', 'ldap', 'smbc', 'bbit', 'ogin'],
];
