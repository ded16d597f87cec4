// Asks for the data core before anything else of the page. A worker comes to life with the help of the page's
// thread, and that is busy for a while once the first frame and the page's module are there. tabs.js takes it
// as its standby, which starts nothing before this tab leads.
(() => {
  let core;
  try {
    core = new Worker('/worker-start.js', { type: 'module' });
  } catch {
    return; // boot.js says what this browser cannot do
  }
  // A worker that was not started says nothing unless it failed; tabs.js then makes another, and hears of it.
  core.onmessage = core.onerror = () => {
    core.terminate();
    self.huikeCore = null;
  };
  self.huikeCore = core;
})();
