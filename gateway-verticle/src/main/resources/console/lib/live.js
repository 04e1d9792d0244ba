/** What is said to the user without moving the focus: announcements for screen readers, toasts, the pause of live data. */
import { createStore } from './store.js';

export const announcement = createStore('');
export const toasts = createStore(/** @type {{id: number, text: string}[]} */ ([]));
export const paused = createStore(false);
let next = 1;

/** @param {string} text */
export const announce = (text) => announcement.set(text);

/** Confirms what was done; errors and questions are on the page. @param {string} text */
export function toast(text) {
  const id = next++;
  toasts.set([...toasts.get(), { id, text }]);
  announce(text);
  setTimeout(() => toasts.set(toasts.get().filter((each) => each.id !== id)), 4000);
}
