/** All pages. A page is loaded when it is opened. */

/**
 * @typedef {object} Route
 * @property {string} path with `:name` for what differs
 * @property {() => Promise<{default: any}>} load the component gets the named parts and `query`
 * @property {string} [nav] the word in the side bar
 * @property {string} [group] the heading above it
 * @property {string} [icon]
 * @property {string} [key] `g` and this key open it
 * @property {boolean} [open] needs no login
 * @property {boolean} [admin] is shown to admins only
 */

/** @type {Route[]} */
export const ROUTES = [
  { path: '/signin', open: true, load: () => import('../pages/signin.js') },
  { path: '/signup', open: true, load: () => import('../pages/signup.js') },
  { path: '/', nav: 'Overview', icon: 'home', key: 'o', load: () => import('../pages/overview.js') },
  { path: '/functions', nav: 'Functions', icon: 'box', key: 'f', load: () => import('../pages/functions.js') },
  { path: '/functions/new', load: () => import('../pages/function-new.js') },
  { path: '/functions/:name', load: () => import('../pages/function.js') },
  { path: '/functions/:name/settings', load: () => import('../pages/function-settings.js') },
  { path: '/functions/:name/revisions', load: () => import('../pages/revisions.js') },
  { path: '/activations', nav: 'Activations', icon: 'list', key: 'a', load: () => import('../pages/activations.js') },
  { path: '/activations/:id', load: () => import('../pages/activation.js') },
  { path: '/schedules', nav: 'Schedules', group: 'Events', icon: 'clock', key: 's', load: () => import('../pages/schedules.js') },
  { path: '/schedules/new', load: () => import('../pages/schedule-new.js') },
  { path: '/schedules/:name', load: () => import('../pages/schedule.js') },
  { path: '/schedules/:name/settings', load: () => import('../pages/schedule-settings.js') },
  { path: '/hooks', nav: 'Hooks', group: 'Events', icon: 'hook', key: 'h', load: () => import('../pages/hooks.js') },
  { path: '/hooks/new', load: () => import('../pages/hook-new.js') },
  { path: '/hooks/:name', load: () => import('../pages/hook.js') },
  { path: '/hooks/:name/settings', load: () => import('../pages/hook-settings.js') },
  { path: '/sources', nav: 'Sources', group: 'Events', icon: 'bolt', key: 'r', load: () => import('../pages/sources.js') },
  { path: '/sources/new', load: () => import('../pages/source-new.js') },
  { path: '/sources/:name', load: () => import('../pages/source.js') },
  { path: '/sources/:name/settings', load: () => import('../pages/source-settings.js') },
  { path: '/destinations', nav: 'Destinations', group: 'Events', icon: 'send', key: 'd', load: () => import('../pages/destinations.js') },
  { path: '/destinations/new', load: () => import('../pages/destination-new.js') },
  { path: '/destinations/:name', load: () => import('../pages/destination.js') },
  { path: '/destinations/:name/settings', load: () => import('../pages/destination-settings.js') },
  { path: '/batches', nav: 'Batches', group: 'Events', icon: 'layers', key: 'b', load: () => import('../pages/batches.js') },
  { path: '/batches/:id', load: () => import('../pages/batch.js') },
  { path: '/jobs', nav: 'Jobs', group: 'Events', icon: 'gear', key: 'j', load: () => import('../pages/jobs.js') },
  { path: '/jobs/:id', load: () => import('../pages/job.js') },
  { path: '/dead-letters', nav: 'Dead letters', group: 'Events', icon: 'warn', key: 'l', load: () => import('../pages/dead-letters.js') },
  { path: '/secrets', nav: 'Secrets', group: 'Access', icon: 'lock', key: 'e', load: () => import('../pages/secrets.js') },
  { path: '/keys', nav: 'API keys', group: 'Access', icon: 'key', key: 'k', load: () => import('../pages/keys.js') },
  { path: '/account', nav: 'Account', group: 'Access', icon: 'user', load: () => import('../pages/account.js') },
];
