/** Lets Node import the console's modules as the browser does; libraries that draw are replaced by nothing. */
import { register } from 'node:module';

register('data:text/javascript,' + encodeURIComponent(`
  const LIBRARIES = new Set(['preact', 'preact/hooks', 'htm', 'uplot']);
  const names = ['h', 'render', 'useState', 'useEffect', 'useLayoutEffect', 'useRef', 'useMemo', 'useCallback'];
  const empty = names.map((name) => 'export const ' + name + ' = () => undefined;').join('') + 'export default { bind: () => () => undefined };';
  export async function resolve(specifier, context, next) {
    return LIBRARIES.has(specifier) ? { url: 'data:text/javascript,' + encodeURIComponent(empty), shortCircuit: true } : next(specifier, context);
  }
  export async function load(url, context, next) {
    return next(url, url.includes('/main/resources/console/') ? { ...context, format: 'module' } : context);
  }
`));
