// Starts the page. The contract between JavaScript and Rust stands at the top of tabs.js.

import { open, readSnapshot, tabs } from '/tabs.js';
import { install, keepUpToDate, updates } from '/updates.js';
import { parts } from '/pkg/parts.js';

// The part of the page that these addresses begin with; all others begin with daily work
// (app/src/lazy.rs).
const OFFICE = ['settings', 'import', 'sync'];

const WORDS = {
  'zh-CN': {
    title: '无法启动汇客',
    safe: '你的数据是安全的：未同步的修改保存在本设备上，其余在服务器上。',
    old: '此浏览器版本过旧。请改用新版 Chrome、Edge、Firefox 或 Safari。',
    retry: '重试',
  },
  en: {
    title: 'Huike cannot start',
    safe: 'Your data is safe: edits that wait to sync are kept on this device, the rest on the server.',
    old: 'This browser is too old. Please use a recent Chrome, Edge, Firefox or Safari.',
    retry: 'Try again',
  },
};

const canRun =
  typeof WebAssembly === 'object' &&
  typeof WebAssembly.instantiateStreaming === 'function' &&
  typeof BroadcastChannel === 'function' &&
  typeof indexedDB === 'object' &&
  indexedDB !== null;

const manifest = document.querySelector('link[rel=manifest]');
if (manifest) manifest.href = `/manifest.${document.documentElement.lang}.webmanifest`;

if (canRun) {
  start().catch((reason) => {
    console.error(reason);
    cannotStart(String(reason?.message ?? reason));
  });
} else {
  cannotStart(null);
}

async function start() {
  // The worker is the longest way to the first rows, so it is started first; the page's module
  // and the last first screen come meanwhile.
  const opened = open();
  const loading = import('/pkg/page.js').then(async (page) => {
    await page.default();
    return page;
  });
  askForFirstPart();
  const words = readWords(document.documentElement.lang);
  const snapshot = readSnapshot().catch(() => null);
  await opened;
  const page = await loading;
  tabs.snapshot = await snapshot;
  tabs.words = await words;
  tabs.updates = updates;
  tabs.install = install;
  page.page_main(tabs);
  // No first paint waited for what is not open all day.
  document.querySelector('link[media=print]').media = 'all';
  keepUpToDate();
}

async function readWords(language) {
  const answer = await fetch(`/words/${language}.ftl`);
  if (!answer.ok) throw new Error(`${answer.url}: status ${answer.status}`);
  return answer.text();
}

// The page's module would ask only once it runs; until then its first screen is compiled.
function askForFirstPart() {
  const page = location.pathname.split('/')[2];
  self.huikeParts = new Map();
  for (const file of parts[OFFICE.includes(page) ? 'office' : 'work']) {
    const path = `/pkg/${file}.wasm`;
    const asked = WebAssembly.compileStreaming(fetch(path));
    asked.catch(() => {}); // whoever needs it hears of it
    self.huikeParts.set(path, asked);
  }
}

// Both languages: nobody knows yet whether the stored choice could be read.
function cannotStart(detail) {
  const box = document.createElement('main');
  box.className = 'cannot-start';
  box.setAttribute('role', 'alert');
  const languages = document.documentElement.lang === 'en' ? ['en', 'zh-CN'] : ['zh-CN', 'en'];
  for (const language of languages) {
    const words = WORDS[language];
    const part = box.appendChild(document.createElement('section'));
    part.lang = language;
    part.appendChild(document.createElement('h1')).textContent = words.title;
    part.appendChild(document.createElement('p')).textContent = words.safe;
    if (detail === null) part.appendChild(document.createElement('p')).textContent = words.old;
  }
  const retry = box.appendChild(document.createElement('button'));
  retry.type = 'button';
  retry.textContent = `${WORDS['zh-CN'].retry} · ${WORDS.en.retry}`;
  retry.addEventListener('click', () => location.reload());
  if (detail) {
    const reason = box.appendChild(document.createElement('pre'));
    reason.textContent = detail;
  }
  (document.getElementById('app') ?? document.body).replaceChildren(box);
}
