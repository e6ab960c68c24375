/**
 * One line that says what is being waited for: rewritten in place on a terminal, a dot every two seconds elsewhere.
 */
import process from 'node:process';

/** Shows `label` with what `measure()` answers until `work` settles, then how long it took; returns what `work` does. */
export async function withProgress(label, measure, work) {
  const startedMs = Date.now();
  const out = process.stderr;
  const isTerminal = Boolean(out.isTTY);
  if (!isTerminal) out.write(`${label} `);
  const show = () => out.write(isTerminal ? `\r\u001b[K${label} ${measure()}` : '.');
  const timer = setInterval(show, isTerminal ? 200 : 2000);
  const end = (word) => {
    const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
    out.write(isTerminal ? `\r\u001b[K${label} ${word} in ${seconds} s\n` : ` ${word} in ${seconds} s\n`);
  };
  try {
    const result = await work;
    end('done');
    return result;
  } catch (thrown) {
    end('failed');
    throw thrown;
  } finally {
    clearInterval(timer);
  }
}
