import assert from 'node:assert/strict';
import { test } from 'node:test';
import { styleBreaches } from './styles.ts';
import { projectFiles } from './tree.ts';

test('every class of the pages is drawn, and every one that is drawn is named', () => {
  assert.deepEqual(styleBreaches(projectFiles((name) => name.startsWith('web/src/'))), []);
});

test('caught: a class that is nowhere drawn, and one that nobody names', () => {
  const page = `import looks from '../looks/a.module.css';\nconst a = <p className={looks.here + looks.gone} />;`;
  const files = [
    { path: 'web/src/a/b.tsx', text: page },
    {
      path: 'web/src/looks/a.module.css',
      text: '.here { margin: 0; }\n\n@media print {\n  .left:hover { margin: 0; }\n}',
    },
  ];
  assert.deepEqual(styleBreaches(files), [
    'web/src/a/b.tsx: web/src/looks/a.module.css has no class gone',
    'web/src/looks/a.module.css: nobody names left',
  ]);
});
