// Sets theme and row height before the first paint, so that the page does not flash. Not a module: it must block.
(function () {
  /** @param {string} name */
  var read = function (name) {
    try { return localStorage.getItem('faas.' + name); } catch (e) { return null; }
  };
  var theme = read('theme');
  if (theme !== 'light' && theme !== 'dark') {
    theme = window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  }
  document.documentElement.dataset.theme = theme;
  document.documentElement.dataset.rows = read('rows') === 'wide' ? 'wide' : 'compact';
})();
