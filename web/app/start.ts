import { init } from '../src/engine/browser.ts';
import en from './messages/en.json' with { type: 'json' };
import zh from './messages/zh.json' with { type: 'json' };
import { preloadModel } from './preload.ts';
import { hasSimd } from './simd.ts';

// Small on purpose: a browser that cannot run the page must get as far as this sentence.
if (hasSimd()) {
  // The engine compiles while the page's own code arrives; `startPage` says if it failed.
  const engine = init({ worker: true });
  engine.catch(() => {});
  preloadModel(location.hash);
  void import('./main.ts').then(({ startPage }) => startPage(document.getElementById('page')!, engine));
} else {
  const chinese = document.createElement('span');
  chinese.lang = 'zh';
  chinese.textContent = zh['failure.simd'];
  const frame = document.getElementById('frame');
  frame?.setAttribute('role', 'alert');
  frame?.replaceChildren(en['failure.simd'], ' ', chinese);
}
