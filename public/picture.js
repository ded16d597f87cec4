// The last look of a page: shown with the first frame of the next start, until the page itself is painted.
//
// A picture is the markup of what was in sight when the page was left or came to rest, kept in localStorage
// under `huike.picture.<replica>.<page>`: one each for a few pages, for one size, language and theme. It is
// inert and hidden from readers, and stands in a closed shadow tree, so that nobody takes it for the page. It is
// forgotten at a sign-out and when a record leaves the device (tabs.js: dropSnapshot).
(() => {
  const PAGES = { '': 'today', today: 'today', customers: 'customers', deals: 'deals', tasks: 'tasks' };
  const LENGTH_MAX = 300_000; // characters of one picture
  const REST_MS = 2000; // after the first rows, before the first picture is taken
  const PATIENCE_MS = 4000; // a page that is not painted by then shows itself as it is
  const STYLE = 'data-kept-style'; // the policy of the server forbids styles in markup, not in scripts
  const BUSY = '#app .skeleton, #app > .shell';
  const BROKEN = '.cannot-start, .panic';
  const FLEETING = '.toast-stack, .sync-pill, .sync-mark'; // not true any more at the next start

  const root = document.documentElement;
  let isForgotten = false;

  show();
  const ready = new MutationObserver(() => {
    ready.disconnect();
    setTimeout(() => (self.requestIdleCallback ?? setTimeout)(take), REST_MS);
  });
  ready.observe(root, { attributeFilter: ['data-ready'] });
  addEventListener('pagehide', take);
  document.addEventListener('visibilitychange', () => document.hidden && take());
  self.huikePicture = { forget };

  function show() {
    const [kept, address, markup] = read(name())?.split('\n', 3) ?? [];
    // The bare address of the board leads to the pipeline that was open last.
    const isHere = address === location.pathname || /^\/app\/\w*\/?$/.test(location.pathname);
    if (kept !== look() || !isHere) return;
    const host = document.createElement('div');
    host.className = 'picture';
    host.inert = true;
    host.ariaHidden = 'true';
    const shadow = host.attachShadow({ mode: 'closed' });
    shadow.innerHTML = markup;
    for (const it of shadow.querySelectorAll(`[${STYLE}]`)) it.style.cssText = it.getAttribute(STYLE);
    const sheet = document.createElement('link');
    sheet.rel = 'stylesheet';
    sheet.href = '/app.css';
    host.hidden = true;
    sheet.onload = () => {
      host.hidden = false;
    };
    shadow.prepend(sheet);
    document.body.prepend(host);
    const until = performance.now() + PATIENCE_MS;
    const wait = () => {
      const isPainted = root.dataset.ready && !document.querySelector(BUSY);
      if (isPainted || document.querySelector(BROKEN) || performance.now() > until) host.remove();
      else requestAnimationFrame(wait);
    };
    requestAnimationFrame(wait);
  }

  // Only of a page at rest, at its top, with nothing open above it: that is how the next start begins.
  function take() {
    const app = document.querySelector('#app > .app');
    if (!app || isForgotten || !name() || !root.dataset.ready || document.querySelector(BUSY)) return;
    if (document.querySelector('dialog[open], :popover-open, [role=alert]')) return;
    if ([...app.querySelectorAll('*')].some((it) => it.scrollTop > 0 || it.scrollLeft > 0)) return;
    const picture = copy(app)?.outerHTML.replaceAll('\n', ' ');
    if (picture && picture.length <= LENGTH_MAX) write(name(), `${look()}\n${location.pathname}\n${picture}`);
  }

  // What is in sight. A list knows thousands of rows and a board hundreds of cards.
  function copy(element) {
    const box = element.getBoundingClientRect();
    const isOutside = box.top > innerHeight || box.left > innerWidth || box.right < 0 || box.bottom < 0;
    if (isOutside && box.width * box.height > 0) return null;
    const made = element.cloneNode(false);
    made.removeAttribute('id');
    const style = element.matches(FLEETING) ? 'visibility: hidden' : made.getAttribute('style');
    if (style !== null) {
      made.removeAttribute('style');
      made.setAttribute(STYLE, style);
    }
    for (const node of element.childNodes) {
      const part = node.nodeType === Node.ELEMENT_NODE ? copy(node) : node.nodeType === Node.TEXT_NODE && node.cloneNode();
      if (part) made.append(part);
    }
    return made;
  }

  function look() {
    const { lang, dataset } = root;
    return [lang, dataset.theme, dataset.density, innerWidth, innerHeight, devicePixelRatio].join();
  }

  function name() {
    const [page, ...more] = location.pathname.slice('/app/'.length).split('/');
    const isRecord = more.length > (page === 'deals' ? 1 : 0);
    if (!(page in PAGES) || isRecord || location.search) return null;
    return `${prefix()}${PAGES[page]}`;
  }

  // As tabs.js names the replica.
  function prefix() {
    const named = /(?:^|; )huike_replica=([\w-]+)/.exec(document.cookie)?.[1];
    return `huike.picture.${named || read('huike.replica') || 'none'}.`;
  }

  // For good: whoever signs out leaves the page, and nothing of it is kept then either.
  function forget(isForGood) {
    isForgotten ||= isForGood;
    for (const page of Object.values(PAGES)) localStorage.removeItem(`${prefix()}${page}`);
  }

  function read(key) {
    try {
      return key && localStorage.getItem(key);
    } catch {
      return null; // storage is forbidden: there is no picture
    }
  }

  function write(key, value) {
    try {
      localStorage.setItem(key, value);
    } catch {
      // No room: only the next start looks empty for longer.
    }
  }
})();
