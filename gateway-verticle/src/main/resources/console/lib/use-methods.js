import { useEffect, useState } from 'preact/hooks';
import { get } from './api.js';

/** How users get in, as the platform says. @returns {{registration: 'open' | 'first' | 'invitation' | 'closed', password: boolean} | null} */
export function useMethods() {
  const [methods, setMethods] = useState(/** @type {any} */ (null));
  useEffect(() => {
    get('/v1/auth/methods').then(setMethods, () => setMethods({ registration: 'open', password: true }));
  }, []);
  return methods;
}
