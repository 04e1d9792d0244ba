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

/** All calls go to the gateway that served this page: the document names the addresses of a platform on this machine. */
const here = {
  statePlugins: {
    spec: {
      wrapActions: {
        /** @param {(json: any) => any} original */
        updateJsonSpec: (original) => (/** @type {any} */ json) => {
          for (const path of Object.values(json.paths ?? {})) {
            delete (/** @type {any} */ (path).servers);
          }
          return original({ ...json, servers: [{ url: '/' }] });
        },
      },
    },
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
