import { useEffect, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { ago, local } from '../lib/time.js';

/** A time, as how long ago it was; its title has the time itself. @param {{time: string | null, none?: string}} props */
export function Ago({ time, none = '–' }) {
  const [, tick] = useState(0);
  const near = time !== null && Math.abs(Date.now() - Date.parse(time)) < 60_000;
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), near ? 1000 : 30_000);
    return () => clearInterval(timer);
  }, [near]);
  return time ? html`<time class="nowrap" datetime=${time} title=${local(time)}>${ago(time)}</time>` : html`<span class="muted">${none}</span>`;
}
