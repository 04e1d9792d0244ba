import { useEffect, useRef } from 'preact/hooks';
import { html } from '../lib/html.js';

/**
 * A modal dialog; Escape closes it and the focus goes back. A click beside it closes it if nothing can be lost.
 * @param {{title: string, onClose: () => void, kind?: string, light?: boolean, children: any}} props
 */
export function Dialog({ title, onClose, kind = '', light = false, children }) {
  /** @type {import('preact/hooks').MutableRef<any>} */
  const dialog = useRef(null);
  useEffect(() => {
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    dialog.current.showModal();
    dialog.current.querySelector('[data-first]')?.focus();
    return () => before?.focus?.();
  }, []);
  const outside = (/** @type {MouseEvent} */ event) => light && event.target === dialog.current && onClose();
  return html`<dialog ref=${dialog} class=${kind} aria-label=${title} onMouseDown=${outside}
      onCancel=${(/** @type {Event} */ e) => { e.preventDefault(); onClose(); }}>
    <div class="body">${children}</div>
  </dialog>`;
}
