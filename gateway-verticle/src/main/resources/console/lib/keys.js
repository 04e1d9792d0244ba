/** Keyboard shortcuts. Those of one key can be turned off (WCAG 2.1.4), and never act while text is typed. */
import { useEffect } from 'preact/hooks';
import { prefs } from './prefs.js';

/** @type {Map<string, {text: string, run: () => void}[]>} the last one that was bound wins */
const bindings = new Map();
const CHORD_MS = 1200;
let first = '';
let timer = 0;

/** @param {EventTarget | null} target */
function isTyping(target) {
  const element = /** @type {HTMLElement} */ (target);
  return /^(INPUT|TEXTAREA|SELECT)$/.test(element?.tagName ?? '') || element?.isContentEditable === true;
}

/** @param {string} key @param {string} text @param {() => void} run @returns {() => void} removes it */
export function bind(key, text, run) {
  const entry = { text, run };
  bindings.set(key, [...(bindings.get(key) ?? []), entry]);
  return () => bindings.set(key, (bindings.get(key) ?? []).filter((each) => each !== entry));
}

/** Binds keys while a component is shown. @param {Record<string, [string, () => void]>} keys */
export function useKeys(keys) {
  useEffect(() => {
    const ends = Object.entries(keys).map(([key, [text, run]]) => bind(key, text, run));
    return () => ends.forEach((end) => end());
  });
}

/** @returns {{key: string, text: string}[]} what is bound now, for the help */
export function bound() {
  return [...bindings].flatMap(([key, entries]) => (entries.length > 0 ? [{ key, text: entries[entries.length - 1].text }] : []));
}

/** @param {KeyboardEvent} event @returns {string} */
function nameOf(event) {
  return (event.ctrlKey || event.metaKey ? 'Ctrl-' : '') + (event.key.length === 1 && (event.ctrlKey || event.metaKey) ? event.key.toUpperCase() : event.key);
}

export function listenToKeys() {
  document.addEventListener('keydown', (event) => {
    const name = nameOf(event);
    const single = !name.startsWith('Ctrl-');
    if (event.altKey || event.isComposing || event.defaultPrevented) {
      return;
    }
    if (single && (prefs.get().shortcuts === 'off' || isTyping(event.target) || document.querySelector('dialog[open]'))) {
      return;
    }
    if (name === 'Enter' && /** @type {Element} */ (event.target).closest?.('a, button, summary')) {
      return; // Enter is theirs
    }
    const chord = first ? `${first} ${name}` : name;
    first = '';
    clearTimeout(timer);
    const entries = bindings.get(chord) ?? [];
    if (entries.length > 0) {
      event.preventDefault();
      entries[entries.length - 1].run();
    } else if (single && [...bindings.keys()].some((key) => key.startsWith(name + ' '))) {
      first = name;
      timer = window.setTimeout(() => (first = ''), CHORD_MS);
    }
  });
}
