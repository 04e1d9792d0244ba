/** The console's start: finds out who is signed in, then shows the page of the URL in its frame. */
import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { html } from './lib/html.js';
import { listenToKeys } from './lib/keys.js';
import { applyPrefs } from './lib/prefs.js';
import { ROUTES } from './lib/routes.js';
import { followTabs, load, session } from './lib/session.js';
import { useStore } from './lib/store.js';
import { followLinks, href, match, navigate, place } from './lib/url.js';
import { Empty } from './parts/empty.js';
import { Frame } from './parts/frame.js';
import { Problem } from './parts/problem.js';
import { Toasts } from './parts/toasts.js';

/** @param {string} path */
function find(path) {
  for (const route of ROUTES) {
    const parts = match(route.path, path);
    if (parts) {
      return { route, parts };
    }
  }
  return null;
}

/** Loads the page's module; the page before stays until it is there. @param {import('./lib/routes.js').Route | undefined} route */
function usePage(route) {
  const [page, setPage] = useState(/** @type {{route: any, Component: any, error: unknown}} */ ({ route: null, Component: null, error: null }));
  useEffect(() => {
    let current = true;
    route?.load().then(
      (module) => current && setPage({ route, Component: module.default, error: null }),
      (error) => current && setPage({ route, Component: null, error }),
    );
    return () => { current = false; };
  }, [route]);
  return page.route === route ? page : { route, Component: null, error: null };
}

function NoPage() {
  return html`<${Empty} title="There is no such page" action=${html`<a class="button" href=${href('/')}>Go to the overview</a>`}>
    The address may be mistyped, or the page is of another version.<//>`;
}

function App() {
  const { path, query } = useStore(place);
  const { state, user } = useStore(session);
  const found = find(path);
  const page = usePage(found?.route);
  const isOpen = found?.route.open === true;
  useEffect(() => {
    if (state === 'out' && !isOpen) {
      navigate(href('/signin', { next: path === '/' ? null : window.location.pathname + window.location.search }), true);
    }
  }, [state, isOpen]);
  if (isOpen) {
    return html`<div class="centre">${page.Component && html`<${page.Component} query=${query} />`}<${Toasts} /></div>`;
  }
  const hidden = found?.route.admin && !user?.roles.includes('admin');
  const ready = user !== null && page.Component;
  return html`<${Frame} path=${path}>
    ${page.error ? html`<${Problem} error=${page.error} retry=${() => window.location.reload()} />`
      : !found || hidden ? html`<${NoPage} />`
      : ready && html`<${page.Component} key=${path} ...${found.parts} query=${query} />`}
  <//>`;
}

applyPrefs();
followLinks();
listenToKeys();
followTabs();
render(html`<${App} />`, /** @type {Element} */ (document.getElementById('app')));
const start = () => load().catch(() => setTimeout(start, 2000));
start();
