import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { html } from '../lib/html.js';
import { prefs } from '../lib/prefs.js';
import { hasValues } from '../lib/series.js';
import { useStore } from '../lib/store.js';
import { clock, duration, local } from '../lib/time.js';

/** @param {string} name of a token @returns {string} its colour in the theme that is shown */
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();

/** @param {'count' | 'ms'} unit @param {number | null | undefined} value */
export const written = (unit, value) => (value === null || value === undefined ? '–' : unit === 'ms' ? duration(value) : Number(value.toFixed(1)).toLocaleString('en'));

const DRAG_PX = 8; // less is a click

/** The points without a neighbour, which a line would not show. @param {any} u @param {number} line @returns {number[]} */
function alone(u, line) {
  const values = u.data[line];
  return values.flatMap((/** @type {number | null} */ value, /** @type {number} */ i) => (value !== null && (values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null ? [i] : []));
}

/** @param {import('../lib/series.js').ChartData} chart @param {any} events @param {number} width @returns {any} */
function optionsOf(chart, { onCursor, onZoom, onPick }, width) {
  const axis = { stroke: token('muted'), font: '12px ' + token('sans'), grid: { stroke: token('line'), width: 1 }, ticks: { show: false } };
  return {
    width, height: 140, legend: { show: false }, padding: [8, 16, 0, 0],
    cursor: { sync: { key: 'console' }, drag: { x: true, y: false, setScale: false }, points: { size: 6 }, y: false },
    scales: { x: { time: true }, y: { range: (/** @type {any} */ _, /** @type {number} */ low, /** @type {number} */ high) => [0, Math.max(high * 1.1, chart.unit === 'count' ? 2 : 10)] } },
    axes: [
      { ...axis, size: 24, space: 64, values: (/** @type {any} */ u, /** @type {number[]} */ times) => times.map((at) => label(at, u.scales.x.max - u.scales.x.min)) },
      { ...axis, size: 56, space: 32, values: (/** @type {any} */ _, /** @type {number[]} */ values) => values.map((value) => (chart.unit === 'count' && value % 1 ? '' : written(chart.unit, value))) },
    ],
    series: [{}, ...chart.lines.map((line) => ({
      label: line.label, stroke: token(line.colour), width: line.area ? 1 : 1.5, fill: line.area ? token(line.colour) : undefined,
      points: line.area ? { show: false } : { show: true, size: 5, filter: alone }, dash: line.colour === 'control' ? [4, 4] : undefined, spanGaps: false,
      paths: line.area && uPlot.paths.bars ? uPlot.paths.bars({ size: [0.8, 24, 1] }) : undefined,
    }))],
    hooks: {
      setCursor: [(/** @type {any} */ u) => onCursor(u.cursor.idx ?? null)],
      setSelect: [(/** @type {any} */ u) => {
        if (u.select.width >= DRAG_PX) {
          onZoom(u.posToVal(u.select.left, 'x'), u.posToVal(u.select.left + u.select.width, 'x'));
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        }
      }],
      ready: [(/** @type {any} */ u) => {
        let from = 0;
        u.over.addEventListener('mousedown', (/** @type {MouseEvent} */ event) => { from = event.clientX; });
        u.over.addEventListener('click', (/** @type {MouseEvent} */ event) => {
          if (Math.abs(event.clientX - from) < DRAG_PX && u.cursor.idx !== null) {
            onPick(u.cursor.idx);
          }
        });
      }],
    },
  };
}

/** @param {number} at seconds @param {number} span seconds shown */
function label(at, span) {
  const time = new Date(at * 1000).toISOString();
  return span > 172_800 ? local(time).slice(5, 10) : clock(time).slice(0, 5);
}

/**
 * A chart with its legend. All charts of a page share one cursor.
 * @param {{chart: import('../lib/series.js').ChartData, times: number[], onZoom: (from: number, to: number) => void, onPick: (index: number) => void}} props
 */
export function Chart({ chart, times, onZoom, onPick }) {
  /** @type {import('preact/hooks').MutableRef<any>} */
  const body = useRef(null);
  /** @type {import('preact/hooks').MutableRef<any>} */
  const plot = useRef(null);
  const handlers = useRef({ onZoom, onPick });
  handlers.current = { onZoom, onPick };
  const [index, setIndex] = useState(/** @type {number | null} */ (null));
  const { theme } = useStore(prefs);
  const shape = chart.lines.map((line) => line.label).join();
  useEffect(() => {
    const events = {
      onCursor: setIndex,
      onZoom: (/** @type {number} */ from, /** @type {number} */ to) => handlers.current.onZoom(from, to),
      onPick: (/** @type {number} */ i) => handlers.current.onPick(i),
    };
    plot.current = new uPlot(optionsOf(chart, events, body.current.clientWidth), [times, ...chart.lines.map((line) => line.values)], body.current);
    const watch = new ResizeObserver(() => plot.current.setSize({ width: body.current.clientWidth, height: 140 }));
    watch.observe(body.current);
    return () => { watch.disconnect(); plot.current.destroy(); };
  }, [shape, theme]);
  useEffect(() => {
    plot.current?.setData([times, ...chart.lines.map((line) => line.values)]);
  }, [times, chart]);
  const shown = index !== null && index < times.length ? index : null;
  return html`<figure class="chart" aria-label=${chart.title}>
    <div class="row between"><h3>${chart.title}</h3>${shown !== null && html`<span
        class="small muted">${local(new Date(times[shown] * 1000).toISOString()).slice(0, 16)}</span>`}</div>
    <div class="legend">${chart.lines.map((line) => html`<span><i
        style=${{ background: `var(--${line.colour})` }}></i>${line.label}${shown !== null && html` <strong>${written(chart.unit, (line.raw ?? line.values)[shown])}</strong>`}</span>`)}</div>
    <div class="chart-body" ref=${body}>${!hasValues(chart) && html`<div class="chart-empty"><span>Nothing in this time</span></div>`}</div>
  </figure>`;
}
