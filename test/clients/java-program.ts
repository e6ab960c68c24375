import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cached } from './cached.ts';
import type { Client } from './client.ts';
import { launcher, missing, run, writeProgram } from './programs.ts';

const folder = join(import.meta.dirname, 'java');
const pins = join(folder, 'jars.sha256');
const pom = join(folder, 'pom.xml');
const programs = readdirSync(folder)
  .filter((file) => file.endsWith('.java'))
  .map((file) => join(folder, file));
const fetching = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

/** The client in Java: one program on fabric8 and on the official client. Every jar that it is made of is pinned. */
export function javaProgram(): Client {
  return {
    name: 'java',
    missing: missing('javac --release 17 --version && mvn --version', 'apt-get install maven openjdk-17-jdk-headless'),
    prepare: () =>
      cached({ name: 'java', origin: 'the Java clients (60 MB of jars)', sources: [pom, pins, ...programs], make }),
  };
}

async function make(into: string): Promise<void> {
  const jars = join(into, 'jars');
  await run('mvn', ['-q', '-B', '-f', pom, fetching, `-DoutputDirectory=${jars}`]);
  const lines = readdirSync(jars).map((jar) => `${sha256(join(jars, jar))}  ${jar}`);
  const pinned = readFileSync(pins, 'utf8').trim().split('\n');
  const other = lines.filter((line) => !pinned.includes(line));
  if (other.length > 0 || lines.length !== pinned.length) {
    throw new Error(`the jars are not what java/jars.sha256 pins: ${lines.length} of ${pinned.length}; ${other}`);
  }
  mkdirSync(join(into, 'classes'));
  await run('javac', ['--release', '17', '-cp', join(jars, '*'), '-d', join(into, 'classes'), ...programs]);
  // What runs for two seconds gains nothing from the second compiler.
  const command = 'java -XX:TieredStopAtLevel=1 -Xmx256m -cp "$here/classes:$here/jars/*" Client';
  writeProgram(join(into, 'java-clients'), launcher(command));
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
