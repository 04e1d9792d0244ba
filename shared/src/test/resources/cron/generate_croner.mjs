// Writes croner.tsv: random patterns with the times that croner (npm, 10.0.1) finds for them.
//   npm install croner@10.0.1 && node generate_croner.mjs > croner.tsv
// Left out, because croner differs there on purpose: fixed times near a change of the clock.
import { Cron } from 'croner';

let state = 20;
const random = (n) => {
  state = (state * 1103515245 + 12345) % 2147483648;
  return Math.floor((state / 2147483648) * n);
};
const oneOf = (list) => list[random(list.length)];
const FIELDS = {
  second: [0, 59], minute: [0, 59], hour: [0, 23], day: [1, 31], month: [1, 12], weekday: [0, 7],
};
const NAMES = {
  month: 'JAN feb Mar APR may Jun JUL aug Sep OCT nov Dec'.split(' '),
  weekday: 'SUN mon Tue WED thu Fri SAT'.split(' '),
};
const value = (field, from = FIELDS[field][0]) => from + random(FIELDS[field][1] - from + 1);
const text = (field, n) => {
  const name = NAMES[field]?.[field === 'month' ? n - 1 : n];
  return name && random(2) ? name : `${n}`;
};
const item = (field) => {
  const span = FIELDS[field][1] - FIELDS[field][0];
  switch (random(5)) {
    case 0: return `*/${1 + random(span)}`;
    case 1: {
      const from = value(field);
      return `${text(field, from)}-${text(field, value(field, from))}`;
    }
    case 2: {
      const from = value(field);
      return `${from}-${value(field, from)}/${1 + random(span)}`;
    }
    default: return text(field, value(field));
  }
};
const part = (field) => (random(3) === 0 ? '*' : Array.from({ length: 1 + random(3) }, () => item(field)).join(','));
const pattern = () => [...(random(4) ? [] : ['second']), 'minute', 'hour', 'day', 'month', 'weekday'].map(part).join(oneOf([' ', ' ', '\u0020\u0020']));

const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata'];
const CHANGES = {
  'Europe/Berlin': ['2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z', '2027-03-28T01:00:00Z', '2027-10-31T01:00:00Z'],
  'America/New_York': ['2026-03-08T07:00:00Z', '2026-11-01T06:00:00Z', '2027-03-14T07:00:00Z', '2027-11-07T06:00:00Z'],
  'Australia/Lord_Howe': ['2026-04-04T15:00:00Z', '2026-10-03T15:30:00Z', '2027-04-03T15:00:00Z', '2027-10-02T15:30:00Z'],
};
const nearChange = (zone, time) => (CHANGES[zone] ?? []).some((each) => Math.abs(time - Date.parse(each)) < 26 * 3600e3);

for (let rows = 0; rows < 200;) {
  const zone = oneOf(ZONES);
  const from = new Date(Date.parse('2026-01-01T00:00:00Z') + random(31536000 - 1) * 1000);
  const cron = pattern();
  const fields = cron.split(/ +/);
  const [minute, hour] = fields.slice(-5);
  const followsClock = minute.startsWith('*') || hour.startsWith('*');
  let times;
  try {
    times = new Cron(cron, { timezone: zone }).nextRuns(5, from).map((it) => it.getTime());
  } catch (e) {
    if (e.message.includes('greater than maximum')) continue; // a step that croner limits, and OCPS does not
    throw e;
  }
  if (times.length < 5 || times[4] > Date.parse('2027-12-01T00:00:00Z')) continue;
  if (!followsClock && times.some((it) => nearChange(zone, it))) continue;
  rows++;
  console.log([cron, zone, from.toISOString().replace('.000', ''), times.map((it) => it / 1000).join(' ')].join('\t'));
}
