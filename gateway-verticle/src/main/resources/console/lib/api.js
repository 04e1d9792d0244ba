/** Calls of the API. An action is a plain object, so that it can be sent and also shown as text (see copy.js). */
import { createStore } from './store.js';
import { place, toQuery } from './url.js';
import { csrfToken, isExpiring, refresh, reread, signedInAgain } from './session.js';

/**
 * @typedef {object} Action
 * @property {string} method
 * @property {string} path without its query
 * @property {Record<string, unknown>} [query]
 * @property {unknown} [body] JSON, or text of another `type`
 * @property {string} [type]
 * @property {Record<string, string>} [headers]
 */
/** @typedef {{code: string, title: string, detail: string, requestId?: string, errors?: {field: string, message: string}[]}} Problem */

/** Whether the platform answers: false shows a banner, and what is on the page stays. */
export const reachable = createStore(true);

/** What the platform refused, or the network lost. */
export class ApiError extends Error {
  /** @param {number} status 0 if there was no answer @param {Problem} problem */
  constructor(status, problem) {
    super(problem.detail);
    this.status = status;
    this.problem = problem;
  }
}

const AWAY = { code: 'away', title: 'No answer', detail: 'The platform cannot be reached. Try again in a moment.' };

/** @param {Action} action @param {AbortSignal} [signal] @returns {Promise<Response>} */
async function once(action, signal) {
  /** @type {Record<string, string>} */
  const headers = { Accept: 'application/json', ...action.headers };
  const project = place.get().query.get('project');
  if (project) {
    headers['Faas-Project'] = project;
  }
  if (action.method !== 'GET' && csrfToken()) {
    headers['X-Faas-Csrf'] = csrfToken();
  }
  if (action.body !== undefined) {
    headers['Content-Type'] = action.type ?? 'application/json';
  }
  const body = action.body === undefined || action.type === 'text/plain' ? action.body : JSON.stringify(action.body);
  try {
    const response = await fetch(action.path + toQuery(action.query ?? {}), {
      method: action.method, headers, signal, body: /** @type {BodyInit | undefined} */ (body), cache: 'no-store', credentials: 'same-origin',
    });
    reachable.set(true);
    return response;
  } catch (error) {
    if (signal?.aborted) {
      throw error;
    }
    reachable.set(false);
    throw new ApiError(0, AWAY);
  }
}

/** @param {Response} response @returns {Promise<ApiError>} */
async function refusal(response) {
  const text = await response.text().catch(() => '');
  try {
    const problem = JSON.parse(text);
    if (typeof problem.code === 'string') {
      return new ApiError(response.status, problem);
    }
  } catch {
    // not a problem document: something in front of the platform answered
  }
  return new ApiError(response.status, {
    code: 'http_' + response.status, title: `Answer ${response.status}`, detail: response.statusText || 'The answer is not of the platform.',
    requestId: response.headers.get('X-Request-Id') ?? undefined,
  });
}

/**
 * Sends an action and returns the response, if it is not an error. A login that expired is renewed; if that fails,
 * the page asks for the password and the action is sent again.
 * @param {Action} action @param {AbortSignal} [signal] @returns {Promise<Response>}
 */
export async function fetchAction(action, signal) {
  if (isExpiring()) {
    await refresh();
  }
  for (let tries = 0; ; tries++) {
    const response = await once(action, signal);
    if (response.ok || response.status === 304) {
      return response;
    }
    const error = await refusal(response);
    if (error.problem.code === 'csrf_failed' && tries === 0 && (await reread())) {
      continue;
    }
    if (response.status !== 401 || tries === 3) {
      throw error;
    }
    if (tries > 0 || !(await refresh())) {
      await signedInAgain(signal);
    }
  }
}

/**
 * @param {Action} action @param {AbortSignal} [signal]
 * @returns {Promise<{status: number, data: any, etag: string | null, headers: Headers}>}
 */
export async function send(action, signal) {
  const response = await fetchAction(action, signal);
  const json = (response.headers.get('Content-Type') ?? '').includes('json');
  const data = json && response.status !== 304 ? await response.json() : null;
  return { status: response.status, data, etag: response.headers.get('ETag'), headers: response.headers };
}

/** @param {string} path @param {Record<string, unknown>} [query] @param {AbortSignal} [signal] @returns {Promise<any>} */
export async function get(path, query, signal) {
  return (await send({ method: 'GET', path, query }, signal)).data;
}

/** A key of a request, so that a repeated one has no second effect. `randomUUID` does not exist on plain HTTP. */
export function requestKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @param {unknown} error @returns {Record<string, string>} messages by field, of an `invalid_request` */
export function fieldErrors(error) {
  const errors = error instanceof ApiError ? error.problem.errors ?? [] : [];
  return Object.fromEntries(errors.map(({ field, message }) => [field, message]));
}
