import { useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { ROUTES } from '../lib/routes.js';
import { session } from '../lib/session.js';
import { href, navigate } from '../lib/url.js';
import { useFunctionNames } from '../lib/use-function-names.js';
import { Dialog } from './dialog.js';

const ID = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;

/** @param {string[]} names @param {string} text @param {boolean} admin @returns {{text: string, kind: string, to: string}[]} */
function candidates(names, text, admin) {
  const typed = text.trim().toLowerCase();
  const pages = ROUTES.filter((route) => route.nav && (!route.admin || admin)).map((route) => ({ text: String(route.nav), kind: 'Page', to: href(route.path) }));
  const all = [
    ...(ID.test(typed) ? [{ text: typed, kind: 'Activation', to: href('/activations/' + typed) }] : []),
    ...pages,
    { text: 'New function', kind: 'Action', to: href('/functions/new') },
    ...names.map((name) => ({ text: name, kind: 'Function', to: href('/functions/' + name) })),
  ];
  return all.filter((each) => each.text.toLowerCase().includes(typed)).slice(0, 30);
}

/** Goes to a function, an activation by its id, or a page. @param {{onClose: () => void}} props */
export function Palette({ onClose }) {
  const [text, setText] = useState('');
  const names = useFunctionNames();
  const [chosen, setChosen] = useState(0);
  const found = candidates(names, text, session.get().user?.roles.includes('admin') ?? false);
  const go = (/** @type {{to: string} | undefined} */ item) => {
    if (item) {
      onClose();
      navigate(item.to);
    }
  };
  const key = (/** @type {KeyboardEvent} */ event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      setChosen((chosen + step + found.length) % Math.max(1, found.length));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      go(found[chosen]);
    }
  };
  return html`<${Dialog} title="Go to" onClose=${onClose} kind="palette" light>
    <input data-first role="combobox" aria-expanded="true" aria-controls="palette-list"
        aria-activedescendant=${found[chosen] ? `palette-${chosen}` : undefined}
      aria-label="Function, activation id or page" placeholder="Function, activation id or page" autocomplete="off" value=${text}
      onInput=${(/** @type {any} */ e) => { setText(e.target.value); setChosen(0); }} onKeyDown=${key} />
    <ul class="plain" id="palette-list" role="listbox" aria-label="Found">${found.map((item, i) => html`
      <li id=${`palette-${i}`} role="option" aria-selected=${i === chosen} onClick=${() => go(item)}><span class="cut">${item.text}</span><span
          class="small muted">${item.kind}</span></li>`)}
      ${found.length === 0 && html`<li class="muted" role="option"
          aria-selected="false">Nothing has this name. An activation is found by its whole id.</li>`}
    </ul>
  <//>`;
}
