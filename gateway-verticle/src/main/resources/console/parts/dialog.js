import { useEffect, useRef } from 'preact/hooks';
import { html } from '../lib/html.js';

/**
 * A modal dialog; Escape closes it and the focus goes back.
 * @param {{title: string, onClose: () => void, kind?: string, children: any}} props
 */
export function Dialog({ title, onClose, kind = '', children }) {
  /** @type {import('preact/hooks').MutableRef<any>} */
  const dialog = useRef(null);
  useEffect(() => {
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    dialog.current.showModal();
    dialog.current.querySelector('[data-first]')?.focus();
    return () => before?.focus?.();
  }, []);
  const outside = (/** @type {MouseEvent} */ event) => event.target === dialog.current && onClose();
  return html`<dialog ref=${dialog} class=${kind} aria-label=${title} onMouseDown=${outside}
      onCancel=${(/** @type {Event} */ e) => { e.preventDefault(); onClose(); }}>
    <div class="body">${children}</div>
  </dialog>`;
}
