/** The login. Its tokens are in cookies that no script can read; only the CSRF token is here. */
import { createStore } from './store.js';
import { exclusively } from './lock.js';

const PATH = '/v1/auth/browser';

/** @typedef {{userId: string, username: string, roles: string[]}} User */
/** @typedef {{state: 'unknown' | 'out' | 'in' | 'expired', user: User | null, csrf: string, expiresAt: string | null}} Session */

/** @type {ReturnType<typeof createStore<Session>>} */
export const session = createStore(/** @type {Session} */ ({ state: 'unknown', user: null, csrf: '', expiresAt: null }));

export const csrfToken = () => session.get().csrf;

const RENEW_MS = 30_000; // before the end of a login, so that no call is refused for it

/** When the login ends, for all tabs. It is no secret; it saves calls that would be refused. @param {string | null} [value] */
function end(value) {
  try {
    if (value === null) {
      localStorage.removeItem('faas.login');
    } else if (value !== undefined) {
      localStorage.setItem('faas.login', value);
    }
    return localStorage.getItem('faas.login');
  } catch {
    return value ?? 'unknown';
  }
}

/** @param {string | null} time */
const isSoon = (time) => time !== null && Date.parse(time) < Date.now() + RENEW_MS;

export const isExpiring = () => session.get().state === 'in' && isSoon(session.get().expiresAt);

/** @param {Response} response */
async function take(response) {
  const { user, csrfToken: csrf, expiresAt } = await response.json();
  end(expiresAt);
  session.set({ state: 'in', user, csrf, expiresAt });
}

function leave() {
  end(null);
  session.set({ state: 'out', user: null, csrf: '', expiresAt: null });
}

/** @param {string} method @param {string} [path] @param {unknown} [body] */
function call(method, path = PATH, body = undefined) {
  /** @type {Record<string, string>} */
  const headers = { Accept: 'application/json' };
  if (method !== 'GET' && csrfToken()) {
    headers['X-Faas-Csrf'] = csrfToken();
  }
  if (body !== undefined) {
    headers['Content-Type'] = 'application/json';
  }
  return fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: 'no-store', credentials: 'same-origin' });
}

/** Finds out at the start whether there is a login. */
export async function load() {
  const until = end();
  if (until === null) {
    leave();
    return;
  }
  const response = isSoon(until) ? null : await call('GET');
  if (response?.ok) {
    await take(response);
  } else if (!(await refresh())) {
    leave();
  }
}

/** Reads the login again, which another tab may have renewed. @returns {Promise<boolean>} */
export async function reread() {
  const response = await call('GET').catch(() => null);
  if (response?.ok) {
    await take(response);
  }
  return response?.ok === true;
}

/** Does what another tab does: it may renew the login, open another one, or sign out. */
export function followTabs() {
  window.addEventListener('storage', ({ key, newValue }) => {
    if (key === 'faas.login' && newValue === null) {
      session.set({ state: 'out', user: null, csrf: '', expiresAt: null });
    } else if (key === 'faas.login' && newValue !== session.get().expiresAt) {
      reread();
    }
  });
}

/** @param {unknown} proof a name and a password, or the code of an identity provider @returns {Promise<Response>} */
export async function signIn(proof) {
  const response = await call('POST', PATH, proof);
  if (response.ok) {
    await take(response.clone());
  }
  return response;
}

export async function signOut() {
  await call('DELETE').catch(() => null);
  leave();
}

/** Renews the login, in one tab at a time: a refresh token works once. @returns {Promise<boolean>} whether there is a login */
export function refresh() {
  const before = session.get().expiresAt;
  return exclusively('refresh', async () => {
    try {
      const known = end();
      const renewed = known !== null && before !== null && Date.parse(known) > Date.parse(before) ? await call('GET') : null; // by another tab
      const response = renewed?.ok ? renewed : await call('POST', PATH + '/refresh');
      if (response.ok) {
        await take(response);
      }
      return response.ok;
    } catch {
      return false;
    }
  });
}

/** Waits until the user has signed in again, so that nothing that was typed is lost. @param {AbortSignal} [signal] */
export function signedInAgain(signal) {
  const now = session.get();
  if (now.state !== 'expired') {
    session.set({ ...now, state: now.user ? 'expired' : 'out' });
  }
  return new Promise((resolve, reject) => {
    const end = session.subscribe((value) => {
      if (value.state === 'in') {
        end();
        resolve(undefined);
      }
    });
    signal?.addEventListener('abort', () => {
      end();
      reject(signal.reason);
    });
  });
}
