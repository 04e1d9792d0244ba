/** What a user prefers in this browser. Only this is stored: never a token. */
import { createStore } from './store.js';

/** @param {string} name @param {string} fallback */
function stored(name, fallback) {
  try {
    return localStorage.getItem('faas.' + name) ?? fallback;
  } catch {
    return fallback;
  }
}

export const prefs = createStore({ theme: stored('theme', 'system'), rows: stored('rows', 'compact'), shortcuts: stored('shortcuts', 'on') });

/** @param {'theme' | 'rows' | 'shortcuts'} name @param {string} value */
export function prefer(name, value) {
  try {
    localStorage.setItem('faas.' + name, value);
  } catch {
    // a private window: the choice holds until the page is closed
  }
  prefs.set({ ...prefs.get(), [name]: value });
}

/** Keeps the page's attributes as the choices say. */
export function applyPrefs() {
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const apply = () => {
    const { theme, rows } = prefs.get();
    document.documentElement.dataset.theme = theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme;
    document.documentElement.dataset.rows = rows;
  };
  dark.addEventListener('change', apply);
  prefs.subscribe(apply);
  apply();
}
