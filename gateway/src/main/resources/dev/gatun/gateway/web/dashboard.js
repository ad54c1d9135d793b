// The dashboard: asks for the status every two seconds and draws it; jobs tell their progress themselves.
'use strict';

const EVERY_MS = 2000;

// Numbers

const whole = (n) => n.toLocaleString('en-US');
const millis = (n) => (n == null ? '–' : n >= 10000 ? (n / 1000).toFixed(1) + ' s' : n >= 100 ? Math.round(n) + ' ms' : +n.toFixed(1) + ' ms');
const percent = (part, all) => (all ? ((100 * part) / all).toFixed(part && part / all < 0.1 ? 2 : 1) + ' %' : '–');
const dollars = (n) => '$' + (n === 0 ? '0' : n >= 100 ? n.toFixed(0) : n >= 1 ? n.toFixed(2) : n >= 0.0001 ? n.toFixed(4) : n.toExponential(1));
const short = (n) => (n === 0 ? '0' : Math.abs(n) >= 1000 ? (n / 1000).toFixed(n >= 10000 ? 0 : 1) + 'k' : Math.abs(n) >= 10 ? n.toFixed(0) : Math.abs(n) >= 0.01 ? +n.toPrecision(3) + '' : n.toExponential(1));

function ago(text) {
  const s = Math.max(0, Math.round((Date.now() - new Date(text)) / 1000));
  return s < 60 ? s + ' s' : s < 3600 ? Math.floor(s / 60) + ' min' : s < 86400 ? Math.floor(s / 3600) + ' h' : Math.floor(s / 86400) + ' d';
}

// Tables

function table(id, heads, rows, nothing) {
  const cells = (row, tag) => make('tr', {}, row.map((c, i) => make(tag, { class: heads[i].startsWith('>') ? 'n' : i === 0 && tag === 'td' ? 'name' : null }, c)));
  const body = rows.length ? rows.map((r) => cells(r, 'td')) : [make('tr', {}, make('td', { colspan: heads.length, class: 'empty' }, nothing))];
  el(id).replaceChildren(make('thead', {}, cells(heads.map((h) => h.replace('>', '')), 'th')), make('tbody', {}, body));
}

const pill = (text, kind) => make('span', { class: 'pill ' + kind }, text);

// Charts

/** The least of 1, 2, 2.5, 5 times a power of ten that is not under a number. */
function ceiling(n) {
  if (!(n > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(n));
  return [1, 2, 2.5, 5, 10].map((f) => f * power).find((v) => v >= n * 0.9999);
}

/**
 * Draws series over a common x.
 * series: [{name, values, kind: 'bar' | 'line', style}]; label(i) tells the place under the pointer.
 */
function chart(box, series, label, format) {
  const width = box.clientWidth || 560;
  const height = box.clientHeight || 168;
  const left = 44, right = 4, top = 8, bottom = 20;
  const count = Math.max(...series.map((s) => s.values.length), 2);
  const stacked = series.every((s) => s.kind === 'bar');
  const tops = [];
  for (let i = 0; i < count; i++) {
    const values = series.map((s) => s.values[i] || 0);
    tops.push(stacked ? values.reduce((a, b) => a + b, 0) : Math.max(...values));
  }
  const most = ceiling(Math.max(...tops));
  const y = (v) => top + (1 - v / most) * (height - top - bottom);
  const step = (width - left - right) / (stacked ? count : count - 1);
  const x = (i) => left + i * step;
  const svg = make('svg', { role: 'img', 'aria-label': series.map((s) => s.name).join(', ') });
  for (const share of [0, 0.5, 1]) {
    const v = most * share;
    svg.append(make('line', { class: 'grid', x1: left, x2: width - right, y1: y(v), y2: y(v) }), make('text', { x: left - 8, y: y(v) + 4, 'text-anchor': 'end' }, format(v)));
  }
  svg.append(make('text', { x: left, y: height - 3 }, label(0)), make('text', { x: width - right, y: height - 3, 'text-anchor': 'end' }, label(count - 1)));
  if (stacked) {
    const base = new Array(count).fill(0);
    for (const s of series) {
      s.values.forEach((v, i) => {
        if (v > 0) svg.append(make('rect', { class: s.style, x: x(i) + 0.75, width: Math.max(1, step - 1.5), y: y(base[i] + v), height: Math.max(0.5, y(base[i]) - y(base[i] + v)) }));
        base[i] += v || 0;
      });
    }
  } else {
    for (const s of series) {
      let path = '', down = false;
      s.values.forEach((v, i) => {
        if (v == null) { down = false; return; }
        path += (down ? 'L' : 'M') + x(i).toFixed(1) + ' ' + y(v).toFixed(1);
        down = true;
      });
      if (path) svg.append(make('path', { class: 'line ' + s.style, d: path }));
    }
  }
  const cursor = make('line', { class: 'cursor', y1: top, y2: height - bottom, visibility: 'hidden' });
  const tip = make('div', { class: 'tip', hidden: true });
  svg.append(cursor);
  svg.addEventListener('pointermove', (e) => {
    const at = Math.max(0, Math.min(count - 1, stacked ? Math.floor((e.offsetX - left) / step) : Math.round((e.offsetX - left) / step)));
    const place = stacked ? x(at) + step / 2 : x(at);
    cursor.setAttribute('x1', place);
    cursor.setAttribute('x2', place);
    cursor.setAttribute('visibility', 'visible');
    tip.textContent = label(at) + ' · ' + series.map((s) => s.name + ' ' + (s.values[at] == null ? '–' : format(s.values[at]))).join(' · ');
    tip.hidden = false;
    tip.style.left = Math.min(Math.max(0, place - tip.offsetWidth / 2), width - tip.offsetWidth) + 'px';
  });
  svg.addEventListener('pointerleave', () => { cursor.setAttribute('visibility', 'hidden'); tip.hidden = true; });
  box.replaceChildren(svg, tip);
}

// The parts of the board

function tile(value, unit, name, bad) {
  return make('div', { class: 'tile' + (bad ? ' bad' : '') }, make('b', {}, value, unit ? make('small', {}, unit) : null), make('span', {}, name));
}

function split(text) {
  const at = text.lastIndexOf(' ');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function drawNow(status) {
  const t = status.traffic;
  const share = t.requests ? t.errors / t.requests : 0;
  el('tiles').replaceChildren(
    tile(short(t.requests / t.window_seconds), '/s', 'requests, 5 minutes'),
    tile(...split(percent(t.errors, t.requests)), 'failed, 5 minutes', share > 0.01),
    tile(...split(t.requests ? millis(t.p50_ms) : '–'), 'p50 latency'),
    tile(...split(t.requests ? millis(t.p99_ms) : '–'), 'p99 latency'),
    tile(whole(status.in_flight), '', 'in flight'),
    tile(dollars(t.spent_last_hour_usd), '', 'spent, last hour'),
    tile(whole(t.cache_hits), t.calls ? Math.round((100 * t.cache_hits) / t.calls) + ' %' : '', 'answers from the cache'),
  );
  const s = t.series, step = t.step_seconds;
  const label = (i) => { const back = (s.length - 1 - i) * step; return back === 0 ? 'now' : back >= 60 ? '−' + (back / 60).toFixed(back % 60 ? 1 : 0) + ' min' : '−' + back + ' s'; };
  chart(el('requests'), [
    { name: 'answered', kind: 'bar', style: 'fill-ok', values: s.map((x) => (x.requests - x.errors) / step) },
    { name: 'failed', kind: 'bar', style: 'fill-err', values: s.map((x) => x.errors / step) },
  ], label, short);
  chart(el('latency'), [
    { name: 'p50', kind: 'line', style: 's0', values: s.map((x) => (x.requests ? x.p50_ms : null)) },
    { name: 'p99', kind: 'line', style: 's1', values: s.map((x) => (x.requests ? x.p99_ms : null)) },
  ], label, short);
  el('alerts').replaceChildren(...status.alerts.filter((a) => a.firing).map((a) => make('div', { class: 'alert', role: 'alert' }, make('b', {}, a.name), a.text, make('time', {}, 'for ' + ago(a.since)))));
}

const CIRCUITS = { closed: ['up', 'good'], half_open: ['trying again', 'warn'], open: ['left alone', 'bad'] };

function drawProviders(status) {
  table('providers', ['Provider', 'State', '>In flight', '>Attempts', '>Failed', '>p50', '>p95', '>Spent', 'Keys', 'Last error'],
    status.providers.map((p) => {
      const usable = p.keys.filter((k) => k.usable).length;
      const models = p.models.length === 1 ? p.models[0] : p.models.length + ' models';
      return [
        [p.id, make('span', { class: 'sub', title: p.models.join(', ') }, models)],
        pill(...(CIRCUITS[p.circuit] || [p.circuit, ''])),
        whole(p.in_flight), whole(p.requests), p.failures ? percent(p.failures, p.requests) : '0',
        millis(p.latency_p50_ms), millis(p.latency_p95_ms), dollars(p.spent_usd),
        usable === p.keys.length ? usable + ' usable' : pill(usable + ' of ' + p.keys.length + ' usable', usable ? 'warn' : 'bad'),
        p.last_error || make('span', { class: 'quiet' }, 'none'),
      ];
    }), 'No providers');
  table('routes', ['Endpoint', '>Requests', '>Failed', '>p50', '>p99'],
    status.traffic.routes.filter((r) => r.requests).sort((a, b) => b.requests - a.requests).map((r) => [r.route, whole(r.requests), r.errors ? percent(r.errors, r.requests) : '0', millis(r.p50_ms), millis(r.p99_ms)]),
    'No requests in the last 5 minutes');
  const spent = Object.entries(status.traffic.spent_by_model_usd).sort((a, b) => b[1] - a[1]);
  el('spend').replaceChildren(...(spent.length ? spent.slice(0, 8).map(([model, usd]) => {
    const fill = make('i');
    fill.style.width = (100 * usd) / spent[0][1] + '%';
    return make('div', { class: 'bar' }, make('span', {}, model), make('span', {}, dollars(usd)), make('div', {}, fill));
  }) : [make('span', { class: 'quiet' }, 'Nothing yet')]));
}

// Jobs

const STATES = { queued: '', running: 'busy', succeeded: 'good', failed: 'bad', cancelled: 'warn' };
const COUNTS = new Set(['step', 'steps', 'epoch', 'epochs', 'done', 'total', 'batch', 'batches', 'fraction', 'seconds', 'requested', 'accepted', 'rejected', 'made', 'of', 'examples_per_second']);
const curves = new Map();
let following = 0;

function fraction(p) {
  if (!p) return null;
  if (typeof p.fraction === 'number') return p.fraction;
  for (const [part, all] of [['done', 'total'], ['step', 'steps'], ['epoch', 'epochs'], ['accepted', 'requested'], ['made', 'of']]) {
    if (typeof p[part] === 'number' && p[all] > 0) return p[part] / p[all];
  }
  return null;
}

const told = (p) => (p ? Object.entries(p).filter(([, v]) => typeof v !== 'object').map(([n, v]) => n.replaceAll('_', ' ') + ' ' + (typeof v === 'number' && !Number.isInteger(v) ? +v.toPrecision(4) : v)).join(' · ') : '');

async function drawJobs() {
  const answer = await fetch('v1/jobs?limit=12', { headers: key.headers() });
  el('jobs-card').hidden = !answer.ok;
  if (!answer.ok) return;
  const jobs = (await answer.json()).data;
  const open = jobs.filter((j) => j.status === 'queued' || j.status === 'running').length;
  el('jobs-count').textContent = open ? open + ' under way' : '';
  table('jobs', ['Job', 'State', 'Progress', '>Age'], jobs.map((j) => {
    const f = fraction(j.progress);
    return [
      [j.kind, make('span', { class: 'sub' }, j.id)],
      pill(j.status, STATES[j.status] || ''),
      [f != null && j.status === 'running' ? make('progress', { value: f, max: 1 }) : null, f != null ? ' ' : null, j.error ? j.error.detail : told(j.progress)],
      ago(j.created_at),
    ];
  }), 'No jobs yet');
  for (const j of jobs) {
    // A browser opens six connections to a host: some are left for everything else.
    if ((j.status === 'running' || j.kind.startsWith('train')) && !curves.has(j.id) && following < 3 && curves.size < 6) follow(j);
  }
}

/** Reads a job's events, from the first on. EventSource cannot send a key, so it is done by hand. */
async function follow(job) {
  const curve = { job, rows: [] };
  curves.set(job.id, curve);
  following++;
  try {
    const answer = await fetch('v1/jobs/' + encodeURIComponent(job.id) + '/events', { headers: key.headers() });
    if (!answer.ok || !answer.body) return;
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      const events = (rest + piece.value).split('\n\n');
      rest = events.pop();
      for (const event of events) {
        const name = /^event: (.*)$/m.exec(event), data = /^data: (.*)$/m.exec(event);
        if (name && name[1] === 'progress' && data) curve.rows.push(JSON.parse(data[1]));
      }
      drawCurve(curve);
    }
  } finally {
    following--;
  }
}

function drawCurve(curve) {
  const names = [];
  for (const row of curve.rows) {
    for (const [n, v] of Object.entries(row)) if (typeof v === 'number' && !COUNTS.has(n) && !names.includes(n)) names.push(n);
  }
  const shown = names.sort((a, b) => b.includes('loss') - a.includes('loss')).slice(0, 3);
  if (!shown.length || curve.rows.length < 2) return;
  let figure = el('curve-' + curve.job.id);
  if (!figure) {
    figure = make('figure', { id: 'curve-' + curve.job.id }, make('figcaption'), make('div', { class: 'chart' }));
    el('curves').append(figure);
    // The others have less room now.
    for (const c of curves.values()) if (c !== curve && el('curve-' + c.job.id)) drawCurve(c);
  }
  const last = curve.rows.at(-1);
  figure.firstChild.replaceChildren(curve.job.kind, make('span', { class: 'quiet' }, curve.job.id.slice(-8)),
    make('span', { class: 'legend' }, shown.flatMap((n, i) => [make('i', { class: 's' + i }), n.replaceAll('_', ' ') + (typeof last[n] === 'number' ? ' ' + +last[n].toPrecision(4) : '')])));
  const at = (i) => { const r = curve.rows[Math.min(i, curve.rows.length - 1)]; return r.step != null ? 'step ' + r.step : r.epoch != null ? 'epoch ' + r.epoch : '#' + (i + 1); };
  chart(figure.lastChild, shown.map((n, i) => ({ name: n, kind: 'line', style: 's' + i, values: curve.rows.map((r) => (typeof r[n] === 'number' ? r[n] : null)) })), at, short);
}

// The loop

function lost(text) {
  el('state').textContent = text;
  el('state').className = 'pill bad';
}

async function round() {
  const health = await (await fetch('health')).json();
  el('state').textContent = health.status;
  el('state').className = 'pill ' + (health.status === 'up' ? 'good' : health.status === 'down' ? 'bad' : 'warn');
  el('facts').textContent = health.version + ' · up for ' + ago(Date.now() - 1000 * health.uptime_seconds);
  const answer = await fetch('v1/ai/status', { headers: key.headers() });
  const refused = answer.status === 401 || answer.status === 403;
  el('ask').hidden = !refused;
  el('board').hidden = !answer.ok;
  el('forget').hidden = !key.get();
  if (refused) {
    if (key.get()) el('refused').textContent = answer.status === 403 ? 'This key lacks the scope status.' : 'This key is not valid.';
    return false;
  }
  if (!answer.ok) throw new Error('status ' + answer.status);
  const status = await answer.json();
  drawNow(status);
  drawProviders(status);
  await drawJobs();
  return true;
}

async function loop() {
  let again = true;
  try {
    again = await round();
  } catch (e) {
    lost('not reachable');
    console.warn(e);
  }
  if (again) setTimeout(loop, EVERY_MS);
}

el('ask').addEventListener('submit', (e) => {
  e.preventDefault();
  key.set(el('key').value.trim());
  el('key').value = '';
  loop();
});
el('forget').addEventListener('click', () => { key.forget(); location.reload(); });
loop();
