/*
 * report.js - the interactive half of the page: a free scatter, and a search to point into
 * SPDX-License-Identifier: MIT
 *
 * Everything it shows comes from the JSON in the page (autotune/formats/findings_json.c).  Without Chart.js, or without JavaScript, the tables
 * and figures above it are complete.  Text from the data is only ever set as text, never as HTML.
 */
'use strict';
(() => {
  const explore = document.getElementById('explore-tools');
  if (!explore || typeof Chart === 'undefined') return;
  const data = JSON.parse(document.getElementById('data').textContent);

  // ---- Tables: {name, columns: [{name, kind: 'number' | 'name'}], rows: [{values, label, number}]} ----

  function configOf(text) {
    const keys = {};
    for (const part of text.split(',')) {
      const [key, value] = part.split('=');
      if (key === 'tile') value.split('x').forEach((v, i) => { keys['tile ' + 'xyz'[i]] = Number(v); });
      else keys[key] = value !== '' && Number.isFinite(Number(value)) ? Number(value) : value;
    }
    return keys;
  }

  function rowName(r) {
    const name = r.kernel + (r.case === 'default' ? '' : ' ' + r.case);
    return `${name} ${r.dtype} ${r.shape.join('×')}, ${r.steps} step${r.steps === 1 ? '' : 's'}`;
  }

  function withColumns(name, records) {
    const kinds = new Map();
    for (const { values } of records)
      for (const key of Object.keys(values))
        if (values[key] !== null && kinds.get(key) !== 'name') kinds.set(key, typeof values[key] === 'number' ? 'number' : 'name');
    return { name, columns: [...kinds].map(([key, kind]) => ({ name: key, kind })), rows: records };
  }

  function bestTable() {
    const records = [];
    for (const file of data.files)
      file.results.forEach((r, i) => records.push({
        number: file.first_row + i,
        label: [`#${file.first_row + i} ${rowName(r)}`, r.config],
        values: {
          'tuned ns': r.tuned_ns_per_cell, 'default ns': r.default_ns_per_cell, 'roof ns': r.roof_ns_per_cell,
          'speed-up': r.speedup, 'of roof': r.roof_fraction, 'cells': r.shape.reduce((a, b) => a * b), 'steps in a run': r.steps,
          'error bound, ulp': r.max_ulp, 'trials': r.trials, 'kernel': r.kernel, 'case': r.case, 'type': r.dtype,
          'bound by': r.bound || null, ...configOf(r.config),
        },
      }));
    return withColumns('the best config of each row', records);
  }

  // The value of a config's k-th key: its name, where it has one.
  function valueOf(file, config, k) {
    const value = file.journal.configs[config][k], names = file.journal.keys[k].values;
    return Object.hasOwn(names, value) ? names[value] : value;
  }

  function trialTable(file) {
    const j = file.journal, records = [];
    for (const [row, config, ns, least, most, at, , failed] of j.trials) {
      if (failed) continue;
      const values = { 'ns': ns, 'seconds since the tune began': at, 'spread, most / least': least > 0 ? most / least : null };
      const r = file.results[row - file.first_row];
      j.keys.forEach((key, k) => {
        values[key.name] = valueOf(file, config, k);
      });
      values.row = `#${row} ${rowName(r)}`;
      values['over the best of its row'] = r.tuned_ns_per_cell > 0 ? ns / r.tuned_ns_per_cell : null;
      const text = j.keys.map((key) => `${key.name}=${values[key.name]}`);
      records.push({ number: row, label: [values.row, text.slice(0, 5).join(' '), text.slice(5).join(' ')], values });
    }
    return withColumns(`all trials of ${file.results[0].kernel} (${file.machine.id})`, records);
  }

  const withJournal = data.files.filter((file) => file.journal && file.journal.trials.length > 0);
  const tables = [...withJournal.map(trialTable), bestTable()];

  // ---- Colours: those of report.css, so that canvases follow light and dark ----

  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const series = () => ['--s0', '--s1', '--s2', '--s3', '--s4', '--s5', '--s6'].map(css);

  function axis(title, log, names) {
    return {
      type: names ? 'linear' : log ? 'logarithmic' : 'linear',
      title: { display: true, text: title, color: css('--soft') },
      grid: { color: css('--line') },
      ticks: names
        ? { color: css('--text'), stepSize: 1, callback: (v) => names[v] ?? '' }
        : { color: css('--text'), callback: (v) => (log && !/^[125]/.test(Number(v).toExponential()) ? '' : String(Number(v.toPrecision(6)))) },
      ...(names ? { min: -0.5, max: names.length - 0.5 } : {}),
    };
  }

  const common = () => ({
    animation: false, maintainAspectRatio: false, responsive: true,
    plugins: {
      legend: { labels: { color: css('--text'), usePointStyle: true, boxWidth: 9, boxHeight: 9 } },
      tooltip: { callbacks: { label: (item) => item.raw.label } },
    },
  });

  // ---- Controls ----

  function fill(select, names, chosen) {
    select.replaceChildren(...names.map((name, i) => new Option(name, i, false, name === chosen)));
  }
  const control = (id) => document.getElementById(id);
  const [table, x, y, colour, key, value] = ['table', 'x', 'y', 'colour', 'key', 'value'].map((n) => control('pick-' + n));
  const [logX, logY] = [control('log-x'), control('log-y')];
  const current = () => tables[table.value];
  const nothing = '(all)';

  function valuesOf(t, name) {
    const all = [...new Set(t.rows.map((r) => r.values[name]).filter((v) => v !== null && v !== undefined))];
    return all.sort((a, b) => (typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : 1));
  }

  function pickTable() {
    const names = current().columns.map((c) => c.name), has = (...list) => list.find((n) => names.includes(n)) ?? names[0];
    fill(x, names, has('seconds since the tune began', 'roof ns'));
    fill(y, names, has('over the best of its row', 'tuned ns'));
    fill(colour, [nothing, ...names], has('parallel', 'kernel'));
    fill(key, [nothing, ...names], nothing);
    logX.checked = !names.includes('ns');
    logY.checked = true;
    pickKey();
  }

  function pickKey() {
    const name = key.selectedOptions[0].text;
    fill(value, name === nothing ? [nothing] : valuesOf(current(), name).map(String));
    value.disabled = name === nothing;
    drawScatter();
  }

  // ---- The free scatter ----

  let scatter = null;
  function drawScatter() {
    const t = current(), name = (s) => s.selectedOptions[0].text, [nx, ny, nc, nk] = [x, y, colour, key].map(name);
    const rows = t.rows.filter((r) => (nk === nothing || String(r.values[nk]) === name(value)) &&
      [nx, ny].every((n) => r.values[n] !== null && r.values[n] !== undefined));
    const namesOf = (n) => (t.columns.find((c) => c.name === n).kind === 'name' ? valuesOf({ rows }, n).map(String) : null);
    const [xs, ys] = [namesOf(nx), namesOf(ny)];
    const place = (r, n, names) => (names ? names.indexOf(String(r.values[n])) : r.values[n]);
    // At most seven groups can be told apart: the most frequent ones, and the rest.
    const count = new Map();
    for (const r of rows) count.set(nc === nothing ? '' : String(r.values[nc]), (count.get(nc === nothing ? '' : String(r.values[nc])) ?? 0) + 1);
    const groups = [...count].sort((a, b) => b[1] - a[1]).map(([g]) => g), shown = groups.length > 7 ? groups.slice(0, 6) : groups;
    const groupOf = (r) => { const g = nc === nothing ? '' : String(r.values[nc]); return shown.includes(g) ? g : 'others'; };
    const styles = ['circle', 'rect', 'triangle', 'rectRot', 'cross', 'star', 'crossRot'];
    const positive = (log, names, v) => names || !log || v > 0;
    const sets = [...shown, ...(groups.length > 7 ? ['others'] : [])].map((g, i) => ({
      label: nc === nothing ? 'all' : `${nc} ${g}`, pointStyle: styles[i % 7],
      borderColor: series()[i % 7], backgroundColor: series()[i % 7] + '99', pointRadius: 4, pointHoverRadius: 7,
      data: rows.filter((r) => groupOf(r) === g)
        .map((r) => ({ x: place(r, nx, xs), y: place(r, ny, ys), label: [...r.label, `${nx}: ${r.values[nx]}`, `${ny}: ${r.values[ny]}`] }))
        .filter((p) => positive(logX.checked, xs, p.x) && positive(logY.checked, ys, p.y)),
    }));
    scatter?.destroy();
    scatter = new Chart(control('scatter'), {
      type: 'scatter', data: { datasets: sets },
      options: { ...common(), scales: { x: axis(nx, logX.checked, xs), y: axis(ny, logY.checked, ys) } },
    });
    control('scatter-note').textContent = `${rows.length} of ${t.rows.length} points.`;
  }

  // ---- One search, trial by trial ----

  let search = null;
  const pickRow = control('pick-row'), searches = [];
  for (const file of withJournal)
    file.results.forEach((r, i) => {
      if (file.journal.trials.some((t) => t[0] === file.first_row + i)) searches.push({ file, r, number: file.first_row + i });
    });

  function drawSearch() {
    const { file, r, number } = searches[pickRow.value], trials = file.journal.trials.filter((t) => t[0] === number);
    const points = [], best = [];
    let least = Infinity;
    for (const [, config, ns, , , at, , failed] of trials) {
      if (failed) continue;
      const values = file.journal.keys.map((k, i) => `${k.name}=${valueOf(file, config, i)}`);
      const label = [`${ns} ns after ${at.toFixed(2)} s`, values.slice(0, 5).join(' '), values.slice(5).join(' ')];
      points.push({ x: at, y: ns, label });
      if (ns < least) best.push({ x: at, y: (least = ns), label });
    }
    if (best.length > 0) best.push({ ...best[best.length - 1], x: points[points.length - 1].x });
    const [c0, c1] = series();
    search?.destroy();
    search = new Chart(control('search'), {
      type: 'scatter',
      data: {
        datasets: [
          { label: 'best so far', data: best, showLine: true, stepped: true, borderColor: c1, backgroundColor: c1, pointRadius: 0, borderWidth: 2 },
          { label: 'trials', data: points, borderColor: c0, backgroundColor: c0 + '99', pointRadius: 3, pointHoverRadius: 6 },
        ],
      },
      options: { ...common(), scales: { x: axis('seconds since the tune of this kernel began', false), y: axis('ns a cell and step, or an index', true) } },
    });
  }

  // ---- Begin ----

  function redraw() {
    drawScatter();
    if (searches.length > 0) drawSearch();
  }
  fill(table, tables.map((t) => t.name));
  table.addEventListener('change', pickTable);
  key.addEventListener('change', pickKey);
  for (const c of [x, y, colour, value, logX, logY]) c.addEventListener('change', drawScatter);
  explore.hidden = false;
  control('no-tools').hidden = true;
  pickTable();
  if (searches.length > 0) {
    fill(pickRow, searches.map((s) => `#${s.number} ${rowName(s.r)}`));
    pickRow.addEventListener('change', drawSearch);
    control('search-tools').hidden = false;
    drawSearch();
  }
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);

  // A link to a row opens what holds it.
  function open() {
    const to = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (to) for (const d of to.querySelectorAll('details')) d.open = true;
  }
  addEventListener('hashchange', open);
  open();
})();
