import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { stripped } from '../lib/ansi.js';
import { html } from '../lib/html.js';
import { useOffsets } from '../lib/use-offsets.js';
import { useSearch } from '../lib/use-search.js';
import { columnsOf, visibleLines } from '../lib/virtual.js';
import { LogLine } from './log-lines.js';
import { LogTools } from './log-tools.js';

const ROW = 20;
const FULL = 400;

/** The width of a character, measured once. @param {HTMLElement} box */
function characterWidth(box) {
  const probe = document.createElement('span');
  probe.className = 'mono';
  probe.textContent = '0'.repeat(100);
  probe.style.position = 'absolute';
  box.append(probe);
  const width = probe.getBoundingClientRect().width / 100;
  probe.remove();
  return width || 8;
}

/**
 * A log of any length: only the lines in sight are in the document. It follows the end until the user scrolls up.
 * @param {{log: import('../lib/log-text.js').LogText, version: number, live: boolean, tools?: any, label?: string, side?: string}} props
 */
export function LogView({ log, version, live, tools, label = 'Log', side = 'both' }) {
  const [options, setOptions] = useState({ wrap: true, times: false, side });
  const [view, setView] = useState({ top: 0, height: FULL, columns: 120 });
  const [following, setFollowing] = useState(true);
  /** @type {import('preact/hooks').MutableRef<any>} */
  const box = useRef(null);
  const count = log.count;
  const dropped = log.dropped;
  /** Which lines are shown: all, or those of one stream. */
  const index = useMemo(() => {
    if (options.side === 'both') {
      return null;
    }
    const found = [];
    for (let i = 0; i < count; i++) {
      if (log.line(i).stream === options.side) {
        found.push(i);
      }
    }
    return found;
  }, [options.side, version, log]);
  const shown = index ? index.length : count;
  const lineOf = (/** @type {number} */ i) => log.line(index ? index[i] : i);
  const rowsOf = (/** @type {number} */ i) => (options.wrap ? Math.max(1, Math.ceil(columnsOf(stripped(lineOf(i).text)) / view.columns)) : 1);
  const sums = useOffsets(log, index, rowsOf, `${options.wrap} ${view.columns} ${options.side}`, version);
  const search = useSearch(shown, (i) => stripped(lineOf(i).text), version);
  const { from, to } = visibleLines(sums, view.top, view.height, ROW);
  const both = log.lines.stdout > 0 && log.lines.stderr > 0;

  useEffect(() => setOptions((old) => ({ ...old, side })), [side]);
  useEffect(() => {
    const measure = () => {
      const width = characterWidth(box.current);
      const columns = Math.max(10, Math.floor((box.current.clientWidth - 24 - (options.times ? width * 12 + 12 : 0)) / width));
      setView((old) => ({ ...old, height: box.current.clientHeight, columns }));
    };
    const watch = new ResizeObserver(measure);
    watch.observe(box.current);
    return () => watch.disconnect();
  }, [options.times]);
  useLayoutEffect(() => {
    if (following && live) {
      box.current.scrollTop = box.current.scrollHeight;
    }
  }, [version, following, live, sums]);
  useEffect(() => {
    if (search.line !== null) {
      setFollowing(false);
      box.current.scrollTop = Math.max(0, sums[search.line] * ROW - view.height / 2);
    }
  }, [search.line, search.turn]);
  const scroll = () => {
    const { scrollTop, scrollHeight, clientHeight } = box.current;
    setView((old) => ({ ...old, top: scrollTop, height: clientHeight }));
    setFollowing(scrollHeight - scrollTop - clientHeight < ROW);
  };
  const lines = [];
  for (let i = from; i < to; i++) {
    lines.push(html`<${LogLine} key=${i + dropped} line=${lineOf(i)} top=${sums[i] * ROW} times=${options.times}
        sides=${both && options.side === 'both'}
      wanted=${search.wanted} hit=${i === search.line} />`);
  }
  const height = sums[shown] * ROW;
  return html`<div class="log">
    <${LogTools} options=${options} onOptions=${setOptions} search=${search} both=${both} lines=${shown}>
      ${live && !following && html`<button type="button" class="small" onClick=${() => setFollowing(true)}>Follow the end</button>`}${tools}<//>
    ${dropped > 0 && html`<p class="note warn small">Only the end is shown: ${dropped.toLocaleString('en')} earlier lines are in the download.</p>`}
    <div ref=${box} class=${'log-view' + (options.wrap ? ' wrapped' : '')}
        style=${{ height: Math.min(FULL, Math.max(40, 8 + height + (options.wrap ? 0 : 16))) + 'px' }}
      onScroll=${scroll} tabindex="0" role="log" aria-label=${label} aria-live="off">
      <div class="log-space" style=${{ height: height + 'px' }}>${lines}</div>
    </div></div>`;
}
