import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { relaunchArgs } from './launch.ts';

const started = {
  platform: 'linux',
  execPath: '/bin/node',
  execArgv: ['--max-old-space-size=512'],
  argv: ['/bin/node', '/lib/sallyport.js', 'gateway', '--config', 'a b.yaml'],
} as const;

suite('an installed gateway is started with the flags that the benchmarks choose', () => {
  test('its process becomes one with the flag, and with all that it was given', () => {
    assert.deepEqual(relaunchArgs(started), [
      '/bin/node',
      '--single-threaded-gc',
      '--max-old-space-size=512',
      '/lib/sallyport.js',
      'gateway',
      '--config',
      'a b.yaml',
    ]);
  });

  for (const flag of [
    '--single-threaded-gc',
    '--no-single-threaded-gc',
    '--nosingle-threaded-gc',
    '--single_threaded_gc=false',
  ])
    test(`${flag}: decided already`, () => assert.equal(relaunchArgs({ ...started, execArgv: [flag] }), undefined));

  test('one that another process speaks with, as a worker with its parent, is not: the way would be lost', () => {
    assert.equal(relaunchArgs({ ...started, connected: true }), undefined);
  });

  test('no other command is started twice', () => {
    for (const argv of [
      ['/bin/node', '/lib/sallyport.js'],
      ['/bin/node', '/lib/sallyport.js', 'policy', 'gateway'],
    ])
      assert.equal(relaunchArgs({ ...started, argv }), undefined);
  });

  test('where no process can become another one, it goes on as it is', () => {
    assert.equal(relaunchArgs({ ...started, platform: 'win32' }), undefined);
  });
});
