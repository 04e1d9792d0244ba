/** The arguments that this tab has submitted, for as long as the page is open: they are edited and run again. */

/** @type {Map<string, string>} */
const known = new Map();
const MANY = 50;

/** @param {string} id @param {string} argument */
export function remember(id, argument) {
  known.set(id, argument);
  if (known.size > MANY) {
    known.delete(/** @type {string} */ (known.keys().next().value));
  }
}

/** @param {string} id @returns {string | undefined} */
export const remembered = (id) => known.get(id);
