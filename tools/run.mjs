/**
 * `node tools/run.mjs NAME [args]`: what every npm script calls. It gets the project its own toolchain and runs the task with it.
 *
 * This file and what it imports run on Node 20 with nothing installed, so they are plain JavaScript. In order: refuse a
 * machine that cannot run the project, fetch the pinned Node where this one is another, install the packages of the lock file
 * where they are not there, run the task of tools/tasks.mjs. All of this speaks on stderr, and only when there is something to
 * fetch: stdout belongs to the task.
 */
import process from 'node:process';

const nodeMajorMin = 20;

const [name, ...args] = process.argv.slice(2);
const complaint = whyNotHere(process.platform, process.arch, process.versions.node);
if (complaint === undefined) {
  import('./bootstrap.mjs')
    .then(({ bootstrap }) => bootstrap(name, args))
    .then((exitCode) => {
      process.exitCode = exitCode;
    })
    .catch((thrown) => fail(thrown.isForPeople ? thrown.message : thrown.stack));
} else {
  fail(complaint);
}

function whyNotHere(platform, arch, version) {
  if (platform === 'win32')
    return 'Sallyport does not run on Windows itself: use WSL (https://learn.microsoft.com/windows/wsl) and run this there.';
  if (!['linux', 'darwin'].includes(platform) || !['x64', 'arm64'].includes(arch)) {
    return `Sallyport runs on Linux and macOS, on x64 and arm64; this is ${platform} on ${arch}.`;
  }
  if (Number.parseInt(version, 10) < nodeMajorMin) {
    return `Node ${nodeMajorMin} or newer is needed to start (the rest is fetched); this is Node ${version}.`;
  }
  return undefined;
}

function fail(message) {
  process.stderr.write(`sallyport: ${message}\n`);
  process.exitCode = 1;
}
