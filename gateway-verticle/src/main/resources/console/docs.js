/** The reference of the API: Swagger UI, which sends its requests with the login of the console. */
import { csrfToken, followTabs, isExpiring, load, refresh, session } from './lib/session.js';

/** @param {any} request @returns {Promise<any>} */
async function withLogin(request) {
  const url = new URL(request.url, location.href);
  if (url.origin === location.origin && url.pathname.startsWith('/v1/')) {
    if (isExpiring()) {
      await refresh();
    }
    if (request.method !== 'GET' && csrfToken()) {
      request.headers['X-Faas-Csrf'] = csrfToken();
    }
  }
  return request;
}

/**
 * Fits the document to this page: all calls go to the gateway that served it, and the form of a call is filled in with what the call
 * requires, not with an example of each option.
 * @param {any} json
 */
function fit(json) {
  const paths = Object.values(json.paths ?? {});
  const withParameters = [json.components, ...paths, ...paths.flatMap((path) => Object.values(path))];
  for (const parameter of withParameters.flatMap((each) => Object.values(each?.parameters ?? {}))) {
    if (!parameter.required) {
      delete parameter.example;
    }
  }
  for (const path of paths) {
    delete path.servers;
  }
  return { ...json, servers: [{ url: '/' }] };
}

const here = {
  statePlugins: {
    spec: { wrapActions: { updateJsonSpec: (/** @type {Function} */ original) => (/** @type {any} */ json) => original(fit(json)) } },
  },
};

function showLogin() {
  const { state, user } = session.get();
  const place = /** @type {HTMLElement} */ (document.getElementById('login'));
  if (user) {
    place.textContent = `Requests are sent as ${user.username}`;
  } else if (state === 'out') {
    const link = document.createElement('a');
    link.href = '/console/signin';
    link.target = '_blank';
    link.textContent = 'Sign in';
    place.replaceChildren(link, ' to send requests from here');
  }
}

document.documentElement.classList.toggle('dark-mode', document.documentElement.dataset.theme === 'dark');
session.subscribe(showLogin);
followTabs();
await load().catch(() => null);
showLogin();
/** @type {any} */ (window).SwaggerUIBundle({
  url: '/openapi.yaml',
  domNode: document.getElementById('reference'),
  plugins: [here],
  requestInterceptor: withLogin,
  showMutatedRequest: false, // the curl command is without the header of this login
  validatorUrl: null,
  persistAuthorization: false,
  queryConfigEnabled: false,
  deepLinking: true,
  docExpansion: 'none',
  filter: true,
  defaultModelsExpandDepth: -1,
  displayRequestDuration: true,
});
