/** Keeps rows where they are while new ones arrive: new ones wait until the user asks for them. */

/**
 * @param {any[]} shown the rows on the page @param {any[]} latest the same page as it is now @param {(row: any) => string} id
 * @returns {{rows: any[], fresh: number}} the shown rows with their new values, and how many rows are new above them
 */
export function held(shown, latest, id) {
  if (shown.length === 0) {
    return { rows: latest, fresh: 0 };
  }
  const now = new Map(latest.map((row) => [id(row), row]));
  const known = new Set(shown.map(id));
  const rows = shown.map((row) => now.get(id(row)) ?? row);
  return { rows, fresh: latest.filter((row) => !known.has(id(row))).length };
}
