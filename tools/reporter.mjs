/**
 * What a person reads of a test run: a line a file, each failure in full under its file's line, the figures that a test tells as diagnostics, what else the tests
 * printed only where the file failed.
 */
import path from 'node:path';
import process from 'node:process';
import { inspect } from 'node:util';

/**
 * Writes the run of `names` to `out` as it goes; returns how many tests passed and failed (a file that breaks outside a test is a failure), and the files
 * with a failure, each with the same two counts.
 *
 * A test that is written in another module is told by the runner as that module's; the runner tells one file after the other, so it counts for the file that
 * ends next.
 */
export async function report(stream, out, names) {
  const total = { passed: 0, failed: 0, failedFiles: [] };
  const files = new Map();
  const known = new Set(names.map((name) => path.relative(process.cwd(), path.resolve(name))));
  const fileOf = (data) => {
    const told = path.relative(process.cwd(), data.file ?? data.name ?? '');
    const name = known.has(told) ? told : '';
    if (!files.has(name)) files.set(name, { name: told, passed: 0, failures: [], figures: '', printed: '', ms: 0 });
    return files.get(name);
  };
  for await (const { type, data } of stream) {
    if (type === 'test:stdout' || type === 'test:stderr') fileOf(data).printed += data.message;
    if (type === 'test:diagnostic' && data.file !== undefined) fileOf(data).figures += `${data.message}\n`;
    if (type === 'test:pass') passed(fileOf(data), data);
    if (type === 'test:fail') failed(fileOf(data), data);
    const hasEnded =
      type === 'test:summary' ? data.file !== undefined : /^test:(pass|fail)$/.test(type) && isFileItself(data);
    if (hasEnded) finish(fileOf(data), data.duration_ms ?? data.details.duration_ms);
  }
  for (const file of files.values()) finish(file, file.ms);
  return total;

  function finish(file, ms) {
    if (!files.delete(file.name) && !files.delete('')) return;
    const elsewhere = files.get('');
    if (elsewhere !== undefined) {
      files.delete('');
      file.passed += elsewhere.passed;
      file.failures.push(...elsewhere.failures);
      file.figures += elsewhere.figures;
      file.printed += elsewhere.printed;
    }
    total.passed += file.passed;
    total.failed += file.failures.length;
    if (file.failures.length > 0)
      total.failedFiles.push({ name: file.name, passed: file.passed, failed: file.failures.length });
    out.write(fileText(file, ms));
  }
}

/** A file without tests is told by the runner as one that passed; it counts for nothing. */
function passed(file, data) {
  if (data.details.type !== 'suite' && !isFileItself(data)) file.passed += 1;
}

/** Notes a failure, once: a suite or file also fails because something in it does. */
function failed(file, data) {
  const error = data.details.error;
  if (error?.failureType === 'subtestsFailed') return;
  if (!isFileItself(data)) {
    file.failures.push({ name: data.name, line: data.line, error: error?.cause ?? error });
  } else if (file.failures.length === 0) {
    const how = error?.exitCode ?? error?.signal ?? error?.message;
    file.failures.push({ name: 'the file itself', line: 1, error: `its process ended with ${how} outside its tests` });
  }
}

function isFileItself(data) {
  return data.nesting === 0 && path.resolve(data.name) === data.file;
}

function fileText(file, ms) {
  const counts =
    file.failures.length === 0 ? `${file.passed} passed` : `${file.passed} passed, ${file.failures.length} FAILED`;
  const line = `${file.failures.length === 0 ? 'ok  ' : 'FAIL'} ${file.name}  ${counts}  ${(ms / 1000).toFixed(1)} s\n`;
  const figures = file.figures === '' ? '' : `${indent(file.figures.trimEnd())}\n`;
  if (file.failures.length === 0) return `${line}${figures}`;
  const failures = file.failures.map((failure) => {
    const told = errorText(failure.error);
    return `\n  ${failure.name} (${file.name}:${failure.line ?? 1})\n${indent(told)}\n`;
  });
  const printed = file.printed.trim() === '' ? '' : `\n  printed:\n${indent(file.printed.trim())}\n`;
  return `${line}${figures}${failures.join('')}${printed}\n`;
}

/** An assertion's message holds the difference already; of any error, the runner's own frames tell nothing. */
function errorText(error) {
  const text = error?.code === 'ERR_ASSERTION' ? error.stack : inspect(error, { depth: 6 });
  return (typeof error === 'string' ? error : text).replaceAll(/^\s+at .*node:internal.*\n?/gm, '').trimEnd();
}

function indent(text) {
  return text.replaceAll(/^/gm, '    ');
}
