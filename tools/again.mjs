/** So many files may have failed by the load of the others; more are no chance, and are not run again. */
const againFilesMax = 3;

/**
 * What a whole run of `files` comes to (`first`, as tools/reporter.mjs tells it) once its few failed files have been run again, one after the other, by
 * `runAlone`: their tests count as they went then. Whatever passes only alone is named on `out`.
 */
export async function againAlone(first, files, runAlone, out) {
  const again = first.failedFiles;
  const isFew = again.length > 0 && again.length <= againFilesMax;
  if (!isFew || !again.every(({ name }) => files.includes(name))) return first;
  out.write(`\nonce more, alone: ${again.map(({ name }) => name).join(', ')}\n`);
  const second = await runAlone(again.map(({ name }) => name));
  for (const { name } of again)
    if (!second.failedFiles.some((file) => file.name === name))
      out.write(`FAILED BESIDE OTHERS, passed alone: ${name}\n`);
  return {
    passed: again.reduce((sum, file) => sum - file.passed, first.passed) + second.passed,
    failed: second.failed,
    failedFiles: second.failedFiles,
  };
}
