import { useEffect, useRef, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { reachable } from '../lib/api.js';
import { useKeys } from '../lib/keys.js';
import { paused } from '../lib/live.js';
import { ROUTES } from '../lib/routes.js';
import { session, signOut } from '../lib/session.js';
import { useStore } from '../lib/store.js';
import { href, navigate } from '../lib/url.js';
import { HelpSheet } from './help-sheet.js';
import { Icon } from './icon.js';
import { Palette } from './palette.js';
import { SignInAgain } from './sign-in-again.js';
import { Toasts } from './toasts.js';

/** @param {string} path @param {string} of */
const isWithin = (path, of) => (of === '/' ? path === '/' : path === of || path.startsWith(of + '/'));

/** @param {{path: string, admin: boolean}} props */
function Navigation({ path, admin }) {
  const shown = ROUTES.filter((route) => route.nav && (!route.admin || admin));
  const groups = [...new Set(shown.map((route) => route.group ?? ''))];
  /** @type {import('preact/hooks').MutableRef<any>} */
  const nav = useRef(null);
  useEffect(() => { // below 900 px the bar is one row that scrolls: the page's entry is to be seen
    const side = nav.current.parentElement;
    const entry = nav.current.querySelector('[aria-current]')?.getBoundingClientRect();
    if (entry && side.scrollWidth > side.clientWidth) {
      side.scrollLeft += entry.left + entry.width / 2 - side.clientWidth / 2;
    }
  }, [path]);
  return html`<nav ref=${nav} class="nav" aria-label="Pages">${groups.map((group) => html`
    ${group && html`<h2>${group}</h2>`}
    ${shown.filter((route) => (route.group ?? '') === group).map((route) => html`
      <a href=${href(route.path)} aria-current=${isWithin(path, route.path) ? 'page' : undefined}><${Icon}
          name=${route.icon ?? 'box'} />${route.nav}</a>`)}`)}
  </nav>`;
}

/** Side bar, top bar, banner and what floats above the page. @param {{path: string, children: any}} props */
export function Frame({ path, children }) {
  const { user, state } = useStore(session);
  const answers = useStore(reachable);
  const isPaused = useStore(paused);
  const [open, setOpen] = useState(/** @type {'palette' | 'help' | null} */ (null));
  /** @type {Record<string, [string, () => void]>} */
  const keys = {
    '?': ['Show this help', () => setOpen('help')],
    'Ctrl-K': ['Go to a function, activation or page', () => setOpen('palette')],
    '/': ['Filter', () => /** @type {HTMLElement | null} */ (document.querySelector('[data-filter]'))?.focus()],
  };
  for (const route of ROUTES.filter((each) => each.key)) {
    keys[`g ${route.key}`] = [`Go to ${route.nav}`, () => navigate(href(route.path))];
  }
  useKeys(keys);
  return html`<div class="frame">
    <a class="button skip" href="#page">Skip to the page</a>
    <header class="side">
      <a class="brand" href=${href('/')}>FaaS</a>
      <${Navigation} path=${path} admin=${user?.roles.includes('admin') ?? false} />
      <div class="side-foot small muted">${user && html`<span class="cut">${user.username}</span>`}</div>
    </header>
    <main class="main">
      <div class="top">
        <button type="button" class="find" onClick=${() => setOpen('palette')}><span class="row"><${Icon} name="search" />Go to…</span><kbd
            class="only-wide">Ctrl-K</kbd></button>
        <button type="button" class="plain" aria-pressed=${isPaused} onClick=${() => paused.set(!isPaused)}>
          <${Icon} name=${isPaused ? 'play' : 'pause'} /><span>${isPaused ? 'Resume updates' : 'Pause'}</span></button>
        <button type="button" class="plain only-wide" aria-label="Keyboard shortcuts" onClick=${() => setOpen('help')}>?</button>
        ${user && html`<button type="button" class="plain" onClick=${signOut}>Sign out</button>`}
      </div>
      ${!answers && html`<div class="banner" role="alert"><${Icon}
          name="warn" />The platform does not answer. What you see may be old; nothing you typed is lost.</div>`}
      ${isPaused && answers && html`<div class="banner" role="status"><${Icon} name="pause" />Updates are paused.</div>`}
      <div class="page" id="page" tabindex="-1">${children}</div>
    </main>
    ${open === 'help' && html`<${HelpSheet} onClose=${() => setOpen(null)} />`}
    ${open === 'palette' && html`<${Palette} onClose=${() => setOpen(null)} />`}
    ${state === 'expired' && html`<${SignInAgain} />`}
    <${Toasts} />
  </div>`;
}
