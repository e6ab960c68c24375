/**
 * The house rules that a machine can check, as a table: which files a rule reads, and what it finds in them.
 *
 * Words that a rule forbids are put together from parts, so that this file passes its own rules.
 */
import path from 'node:path';
import { codeOf, longestFunction, specifiersOf } from './scan.ts';
import { isTest, isTypeScript, type SourceFile } from './tree.ts';

/** A rule: its name is the sentence that must be true; `breaches` says each place where it is not. */
export interface Rule {
  readonly name: string;
  readonly reads: (path: string) => boolean;
  readonly breaches: (file: SourceFile) => readonly string[];
}

const fileLinesMax = 500;
const functionLinesMax = 70;

/** Data and generated files, which may be long. */
const longByNature: readonly string[] = [];

/** The only files that may make the proofs of the data path, and the ways upstream beside them: each type, where a cast may make it. */
const mints: Readonly<Record<string, readonly string[]>> = {
  Permit: ['src/pipeline/settle.ts'],
  MaskedReply: ['src/pipeline/mask.ts'],
  Probe: [],
  WriteBack: [],
};

/** Files that cast through unknown, each with what leaves no other way. */
const castsArgued: Readonly<Record<string, string>> = {
  'src/policy/rule-set.ts': 'makes and opens its own opaque type, as nobody else can',
  'src/listener/listener.ts': 'over HTTP/1 the HTTP/2 server hands out HTTP/1 objects, which its types do not say',
  'src/listener/x509.ts': "Node's WebCrypto and the library's are one interface, declared twice",
  'src/connectors/kubernetes/body/protobuf-schema.ts': 'TypeScript reads no tuples from JSON modules',
};

const folderNamesForbidden = /^(utils?|helpers?|common|core|services?|misc|lib)$/;
const isCode = (name: string) => isTypeScript(name) || /\.mjs$/.test(name);
const isLockFile = (name: string) => /^(web\/)?package-lock\.json$/.test(name);
const isProse = (name: string) => isCode(name) || /\.md$/.test(name);

export const rules: readonly Rule[] = [
  {
    name: `no file has more than ${fileLinesMax} lines`,
    reads: (name) => isCode(name) && !longByNature.includes(name),
    breaches: ({ text }) => {
      const lines = text.trimEnd().split('\n').length;
      return lines > fileLinesMax ? [`${lines} lines`] : [];
    },
  },
  {
    name: `no function has more than ${functionLinesMax} lines`,
    reads: (name) => isCode(name) && !isTest(name),
    breaches: ({ text }) => {
      const { lines, line } = longestFunction(text);
      return lines > functionLinesMax ? [`a function of ${lines} lines at line ${line}`] : [];
    },
  },
  inCode('nothing is exported as default', isCode, /\bexport\s+default\b|\bexport\s*\{[^}]*\bas\s+default\b/),
  inCode('no file re-exports another (a barrel)', isTypeScript, /\bexport\s+(type\s+)?(\*|\{[^}]*\})[^;\n]*\bfrom\b/),
  {
    name: 'files and folders are kebab-case, and no folder is a drawer',
    reads: (name) => /^(src|test|demo|tools|web)\//.test(name) && isCode(name),
    breaches: ({ path: name }) =>
      name.split('/').flatMap((part) => {
        if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*$/.test(part)) return [`${part} is not kebab-case`];
        return folderNamesForbidden.test(part) ? [`a folder called ${part}`] : [];
      }),
  },
  {
    name: 'no identifier of the product speaks of agents or principals',
    reads: inSrc,
    breaches: (file) => places({ ...file, text: ownWords(file.text) }, /\w*(agent|principal)\w*/i),
  },
  {
    name: 'a proof is made by its stage alone: no cast makes one elsewhere',
    reads: (name) => inSrc(name) && !isTest(name),
    breaches: (file) =>
      Object.entries(mints).flatMap(([type, files]) => {
        if (files.includes(file.path)) return [];
        return places(file, new RegExp(`\\bas\\s+(unknown\\s+as\\s+)?${type}\\b|<${type}>\\s*[\\w{(]`));
      }),
  },
  inCode(
    'nothing is cast through unknown',
    (name) => inSrc(name) && !isTest(name) && !Object.hasOwn(castsArgued, name),
    /\bas\s+unknown\s+as\b/,
  ),
  inCode(
    'each thread is an `ownThread`: with a name by which the system tells what it takes, and little memory',
    (name) => inSrc(name) && !isTest(name),
    /\bnew\s+Worker\((?!\w+, \{\s*\.\.\.ownThread\()/,
  ),
  inCode(
    'the environment is read in src/main alone',
    (name) => inSrc(name) && !name.startsWith('src/main/') && !isTest(name),
    /\bprocess\s*\.\s*env\b/,
  ),
  inCode(
    'no test is skipped, and none keeps the others from running',
    isTest,
    /\.(only|skip|todo)\s*\(|\b(skip|only|todo)\s*:(?!\s*\[)/,
  ),
  {
    name: 'every law draws from the seed of test/support/property.ts',
    reads: (name) => isTypeScript(name) && name !== 'test/support/property.ts',
    breaches: ({ text }) => specifiersOf(text).flatMap((specifier) => (specifier === 'fast-check' ? [specifier] : [])),
  },
  {
    name: 'the pages see the contract of the control plane as types, and nothing else of the product',
    reads: (name) => name.startsWith('web/') && isTypeScript(name),
    breaches: ({ path: name, text }) => {
      const asTypes = [...text.matchAll(/\bimport type [^;']*from '([^']+)'/g)].map(([, specifier]) => specifier);
      return specifiersOf(text).flatMap((specifier) => {
        if (specifier?.startsWith('.') !== true) return [];
        const target = path.posix.join(path.posix.dirname(name), specifier);
        const isContract =
          /^src\/control\/([a-z-]+\/)?([a-z-]+-)?contract\.ts$/.test(target) && asTypes.includes(specifier);
        return target.startsWith('web/') || isContract ? [] : [target];
      });
    },
  },
  inCode(
    'text of others never becomes markup on a page',
    (name) => name.startsWith('web/') && isTypeScript(name),
    /dangerouslySetInnerHTML|\b(inner|outer)HTML\b|insertAdjacentHTML|\bsrcdoc\b|document\.write/,
  ),
  inText(
    'what is counted agrees with its number (`counted`), but for a limit',
    (name) => inSrc(name) && !isTest(name),
    /(?<!\b(?:all|first|than|at most) )\$\{(?!\w*\.?\w*(?:Max|MAX)\b)[^}`]*\} (?:calls|changes|events|exchanges|files|grants|mistakes|notices|questions|reads|requests|rules|sessions|times|warnings)\b/,
  ),
  inText(
    'no colour stands outside web/src/looks/tokens.css',
    (name) => /^web\/.*\.css$/.test(name) && name !== 'web/src/looks/tokens.css',
    /#[0-9a-f]{3,8}\b|\b(rgb|hsl|oklch)a?\(/i,
  ),
  inText(
    'of Node’s http and of undici as a whole only types are imported: std/node-http.ts and std/http-client.ts have the rest',
    (name) => inSrc(name) && !isTest(name) && name !== 'src/identity/login.ts',
    /\bimport\s+(?!type\b)[^;']*'(?:node:http|undici)'|\bimport\('(?:node:http|undici)'\)/,
  ),
  inText('nothing is left to do', isProse, new RegExp(`\\b(${['TO', 'DO'].join('')}|${['FIX', 'ME'].join('')})\\b`)),
  inText(
    'no path of a machine is written down',
    () => true,
    new RegExp(`(?<![\\w.])/(${['work', 'root', 'tmp/w'].join('|')})/\\w`),
  ),
  inText(
    'no package registry is named by its host',
    (name) => !/(^|\/)go\.(mod|sum)$/.test(name),
    new RegExp(
      [
        'registry\\.npm' + 'js',
        'registry\\.yarn' + 'pkg',
        'proxy\\.go' + 'lang',
        'pypi\\.' + 'org',
        'python' + 'hosted',
        'deb\\.deb' + 'ian',
      ].join('|'),
    ),
  ),
  inText('the lock file has no download addresses', isLockFile, /"resolved"/),
  {
    name: 'the lock file has every package that a platform may need',
    reads: isLockFile,
    breaches: ({ text }) => missingFromLock(JSON.parse(text)),
  },
];

function inSrc(name: string): boolean {
  return name.startsWith('src/') && isTypeScript(name);
}

/** Code without the connection pools that Node and undici call so. */
function ownWords(text: string): string {
  const hasPools = specifiersOf(text).some((specifier) =>
    /^(undici|node:https?)$|\/http-client\.ts$/.test(specifier ?? ''),
  );
  return codeOf(text).replaceAll(hasPools ? /\b(userAgent|https?Agent|Agent|agent)\b/g : /\buserAgent\b/g, '');
}

function inCode(name: string, reads: Rule['reads'], pattern: RegExp): Rule {
  return { name, reads, breaches: (file) => places({ ...file, text: codeOf(file.text) }, pattern) };
}

function inText(name: string, reads: Rule['reads'], pattern: RegExp): Rule {
  return { name, reads, breaches: (file) => places(file, pattern) };
}

function places(file: SourceFile, pattern: RegExp): readonly string[] {
  const matches = [...file.text.matchAll(new RegExp(pattern.source, `${pattern.flags}g`))];
  return matches.map((match) => `line ${file.text.slice(0, match.index).split('\n').length}: ${match[0].trim()}`);
}

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>>;
}

/** npm leaves out an optional package that it could not find when the lock file was made, and then refuses to install from it. */
function missingFromLock({ packages }: LockFile): readonly string[] {
  return Object.entries(packages).flatMap(([owner, entry]) =>
    Object.keys(entry.optionalDependencies ?? {})
      .filter(
        (name) =>
          ![`node_modules/${name}`, path.posix.join(owner, 'node_modules', name)].some((key) => key in packages),
      )
      .map((name) => `${owner} may need ${name}`),
  );
}
