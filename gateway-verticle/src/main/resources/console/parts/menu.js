import { useEffect, useRef, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { Icon } from './icon.js';

/**
 * A button that opens a list of actions. @param {{label: string, small?: boolean, items: {text: string, run: () => void}[]}} props
 */
export function Menu({ label, small = false, items }) {
  const [open, setOpen] = useState(false);
  /** @type {import('preact/hooks').MutableRef<any>} */
  const menu = useRef(null);
  useEffect(() => {
    if (!open) {
      return undefined;
    }
    const close = (/** @type {Event} */ event) => {
      if (!menu.current?.contains(event.target)) {
        setOpen(false);
      }
    };
    document.addEventListener('pointerdown', close);
    menu.current.querySelector('[role="menuitem"]')?.focus();
    return () => document.removeEventListener('pointerdown', close);
  }, [open]);
  const key = (/** @type {KeyboardEvent} */ event) => {
    const all = [...menu.current.querySelectorAll('[role="menuitem"]')];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Escape' && open) {
      event.stopPropagation();
      setOpen(false);
      menu.current.querySelector('button')?.focus();
    } else if (step && open) {
      event.preventDefault();
      all[(all.indexOf(document.activeElement) + step + all.length) % all.length]?.focus();
    }
  };
  return html`<div class="menu" ref=${menu} onKeyDown=${key}>
    <button type="button" class=${small ? 'small' : ''} aria-haspopup="menu" aria-expanded=${open}
        onClick=${() => setOpen(!open)}>${label}<${Icon} name="down" /></button>
    ${open && html`<div class="float" role="menu" aria-label=${label}>${items.map(({ text, run }) => html`
      <button type="button" role="menuitem" tabindex="-1" onClick=${() => { setOpen(false); run(); }}>${text}</button>`)}</div>`}
  </div>`;
}
