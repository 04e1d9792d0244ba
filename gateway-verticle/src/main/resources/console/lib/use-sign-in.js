import { useState } from 'preact/hooks';
import { signIn } from './session.js';

/**
 * The sending of a sign-in form: what went wrong is shown at the form.
 * @returns {{busy: boolean, wrong: string | null, send: (username: string, password: string) => Promise<boolean>}}
 */
export function useSignIn() {
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState(/** @type {string | null} */ (null));
  const send = async (/** @type {string} */ username, /** @type {string} */ password) => {
    setBusy(true);
    setWrong(null);
    try {
      const response = await signIn({ username, password });
      if (!response.ok) {
        const problem = await response.json().catch(() => null);
        setWrong(problem?.detail ?? `The platform answered ${response.status}.`);
      }
      return response.ok;
    } catch {
      setWrong('The platform cannot be reached. Try again.');
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, wrong, send };
}
