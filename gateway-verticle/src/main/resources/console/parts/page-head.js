import { useEffect, useRef } from 'preact/hooks';
import { html } from '../lib/html.js';
import { href, navigated } from '../lib/url.js';

/**
 * The heading of a page, which takes the focus after a link was followed.
 * @param {{title: any, name?: string, crumbs?: [string, string][], badge?: any, children?: any}} props
 *     `name` is the title of the window; `crumbs` are pairs of text and path; children are actions
 */
export function PageHead({ title, name, crumbs = [], badge, children }) {
  /** @type {import('preact/hooks').MutableRef<any>} */
  const heading = useRef(null);
  const text = name ?? String(title);
  useEffect(() => {
    document.title = `${text} · FaaS console`;
  }, [text]);
  useEffect(() => {
    if (navigated) {
      heading.current?.focus({ preventScroll: true });
    }
  }, []);
  return html`<div class="page-head">
    <div>
      ${crumbs.length > 0 && html`<nav class="crumbs" aria-label="Breadcrumb">${crumbs.map(([word, path]) => html`<a
          href=${href(path)}>${word}</a><span aria-hidden="true">/</span>`)}</nav>`}
      <div class="row"><h1 ref=${heading} tabindex="-1">${title}</h1>${badge}</div>
    </div>
    <div class="page-actions">${children}</div>
  </div>`;
}
