/** A lock that all tabs share: Web Locks, or a row in IndexedDB on plain HTTP, where Web Locks do not exist. */

const HELD_MS = 10_000; // a tab that was closed while it held the lock does not block the others for longer

/**
 * @template T @param {string} name @param {() => Promise<T>} task @returns {Promise<T>}
 */
export async function exclusively(name, task) {
  if (navigator.locks) {
    return navigator.locks.request('faas.' + name, task);
  }
  const database = await open().catch(() => null);
  if (!database) {
    return task(); // a private window without storage: tabs cannot agree
  }
  try {
    while (!(await claim(database, name))) {
      await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 50));
    }
    return await task();
  } finally {
    database.transaction('locks', 'readwrite').objectStore('locks').delete(name);
    database.close();
  }
}

/** @returns {Promise<IDBDatabase>} */
function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('faas', 1);
    request.onupgradeneeded = () => request.result.createObjectStore('locks');
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** @param {IDBDatabase} database @param {string} name @returns {Promise<boolean>} */
function claim(database, name) {
  return new Promise((resolve) => {
    const transaction = database.transaction('locks', 'readwrite');
    const store = transaction.objectStore('locks');
    let claimed = false;
    const found = store.get(name);
    found.onsuccess = () => {
      if (!found.result || found.result < Date.now()) {
        store.put(Date.now() + HELD_MS, name);
        claimed = true;
      }
    };
    transaction.oncomplete = () => resolve(claimed);
    transaction.onabort = () => resolve(false);
  });
}
