// Puts language, theme and density on <html> before anything is painted, so that nothing flashes.
// The page writes the same keys when a member changes them. Pages of the server have their language.
(() => {
  const root = document.documentElement;
  const read = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };
  const among = (value, allowed) => (allowed.includes(value) ? value : null);
  const fromBrowser = (navigator.language || 'zh-CN').toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
  if (!('keepLanguage' in document.currentScript.dataset)) {
    root.lang = among(read('huike.language'), ['zh-CN', 'en']) ?? fromBrowser;
  }
  root.dataset.theme = among(read('huike.theme'), ['light', 'dark']) ?? 'auto';
  root.dataset.density = among(read('huike.density'), ['compact', 'normal', 'comfortable']) ?? 'normal';
})();
