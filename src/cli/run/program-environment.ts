/*
 * The environment of the program that is run: without what leads to the person's own credentials. Names are compared, never values: what a name does not give away
 * stays, so the list errs on the side of taking out.
 */
import type { Environment } from '../control/find-server.ts';

/** Variables that lead to credentials by what they are; `*` at the end stands for anything. */
const CREDENTIALS = [
  'KUBECONFIG',
  'SALLYPORT_*',
  'AWS_*',
  'AZURE_*',
  'ARM_*',
  'GOOGLE_*',
  'CLOUDSDK_*',
  'ACTIONS_*',
  'GITHUB_TOKEN',
  'GH_TOKEN',
  'GITLAB_*',
  'CI_JOB_*',
  'VAULT_*',
  'DOCKER_*',
  'SSH_*',
  'GPG_AGENT_INFO',
  'GNUPGHOME',
  'DBUS_SESSION_BUS_ADDRESS',
  'XDG_RUNTIME_DIR',
  'KUBERNETES_SERVICE_*',
  'HELM_KUBE*',
];

/** A word of a name by which it says that it holds a secret. */
const SECRET_WORD = /(^|_)(TOKEN|SECRET|PASSWORD|PASSWD|PASS|CREDENTIALS?|KEY|APIKEY|COOKIE|AUTH|DSN)(_|$|\d)/i;

/** What a program needs to run at all, and what tells nothing of who runs it; all that a sandbox lets in. */
const PLAIN = new Set([
  'PATH',
  'HOME',
  'LANG',
  'LANGUAGE',
  'TERM',
  'COLORTERM',
  'TZ',
  'SHELL',
  'USER',
  'LOGNAME',
  'NO_COLOR',
  'CI',
]);

/** What a program is given of its caller's environment, and the names of what was taken out. */
export interface ProgramEnvironment {
  readonly env: Readonly<Record<string, string>>;
  readonly left: readonly string[];
}

/** @param kept names that stay whatever they are; @param isClosed whether only plain ones stay */
export function programEnvironment(from: Environment, kept: readonly string[], isClosed: boolean): ProgramEnvironment {
  const env: Record<string, string> = {};
  const left: string[] = [];
  for (const [name, value] of Object.entries(from)) {
    if (value === undefined) continue;
    const isPlain = PLAIN.has(name) || name.startsWith('LC_');
    if (kept.includes(name) || isPlain || !(isClosed || leadsToCredentials(name))) env[name] = value;
    else left.push(name);
  }
  return { env, left: left.sort() };
}

function leadsToCredentials(name: string): boolean {
  return SECRET_WORD.test(name) || CREDENTIALS.some((known) => matches(known, name.toUpperCase()));
}

function matches(known: string, name: string): boolean {
  return known.endsWith('*') ? name.startsWith(known.slice(0, -1)) : name === known;
}
