// The API's page: draws /openapi.json.
'use strict';

let api;

function resolve(schema) {
  return schema && schema.$ref ? schema.$ref.slice(2).split('/').reduce((o, k) => o[k], api) : schema;
}

function typeOf(schema) {
  if (schema.$ref) return schema.$ref.split('/').pop();
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((v) => JSON.stringify(v)).join(' | ');
  const parts = schema.oneOf || schema.anyOf;
  if (parts) return parts.map((p) => typeOf(p)).join(' or ');
  const type = Array.isArray(schema.type) ? schema.type.join(' or ') : schema.type || 'anything';
  return type === 'array' && schema.items ? 'array of ' + typeOf(schema.items) : type;
}

function limits(s) {
  const said = [];
  if (s.minimum != null) said.push('≥ ' + s.minimum);
  if (s.exclusiveMinimum != null) said.push('> ' + s.exclusiveMinimum);
  if (s.maximum != null) said.push('≤ ' + s.maximum);
  if (s.minLength != null || s.maxLength != null) said.push((s.minLength ?? 0) + '–' + (s.maxLength ?? '∞') + ' characters');
  if (s.minItems != null || s.maxItems != null) said.push((s.minItems ?? 0) + '–' + (s.maxItems ?? '∞') + ' elements');
  if (s.default !== undefined) said.push('default ' + JSON.stringify(s.default));
  return said.length ? ' (' + said.join(', ') + ')' : '';
}

/** The members of a schema, down to a depth: schemas may contain themselves. */
function members(schema, depth) {
  const s = resolve(schema);
  if (!s || depth > 4) return null;
  if (s.allOf) return s.allOf.map((p) => members(p, depth));
  if (s.type === 'array' && s.items) return members(s.items, depth);
  const of = s.properties || {};
  const names = Object.keys(of);
  if (!names.length) return null;
  return make('ul', { class: 'schema' }, names.map((name) => {
    const p = of[name], full = resolve(p);
    const needed = (s.required || []).includes(name);
    return make('li', {}, make('code', {}, make('b', {}, name), ' ', make('span', { class: 'type' }, typeOf(p))), needed ? make('span', { class: 'need' }, ' required') : null,
      make('span', { class: 'quiet' }, limits(full) + (p.description || full.description ? ' ' + (p.description || full.description) : '')), members(p, depth + 1));
  }));
}

function content(of) {
  return Object.entries(of || {}).map(([type, media]) => [
    make('code', { class: 'quiet' }, type),
    media.schema ? members(media.schema, 0) : null,
    media.example !== undefined ? make('pre', {}, typeof media.example === 'string' ? media.example : JSON.stringify(media.example, null, 2)) : null,
  ]).flat();
}

function operation(method, path, op, shared) {
  const parameters = [...(shared || []), ...(op.parameters || [])].map(resolve);
  const body = resolve(op.requestBody);
  return make('details', { class: 'op card', id: op.operationId },
    make('summary', {}, make('span', { class: 'verb ' + method }, method), make('code', {}, path), make('span', { class: 'quiet' }, op.summary)),
    op.description ? make('p', {}, op.description) : null,
    parameters.length ? [make('h4', {}, 'Parameters'), make('ul', { class: 'schema' }, parameters.map((p) => make('li', {}, make('code', {}, make('b', {}, p.name), ' ', make('span', { class: 'type' }, typeOf(p.schema))), make('span', { class: 'quiet' }, ' in the ' + p.in + (p.description ? ': ' + p.description : '')))))] : null,
    body ? [make('h4', {}, 'Request'), content(body.content)] : null,
    make('h4', {}, 'Answers'),
    make('ul', { class: 'schema' }, Object.entries(op.responses).map(([code, r]) => { const a = resolve(r); return make('li', {}, make('code', {}, make('b', {}, code)), ' ', a.description, content(a.content)); })));
}

async function draw() {
  api = await (await fetch('openapi.json')).json();
  const page = [make('h1', {}, api.info.title + ' ', make('span', { class: 'quiet' }, api.info.version)), make('p', {}, api.info.description)];
  const index = [];
  for (const tag of api.tags) {
    page.push(make('h2', {}, tag.name, make('span', { class: 'quiet' }, tag.description)));
    index.push(make('h3', {}, tag.name));
    for (const [path, item] of Object.entries(api.paths)) {
      for (const method of ['get', 'post', 'put', 'delete']) {
        const op = item[method];
        if (!op || !op.tags.includes(tag.name)) continue;
        page.push(operation(method.toUpperCase(), path, op, item.parameters));
        index.push(make('a', { href: '#' + op.operationId, title: path }, op.summary));
      }
    }
  }
  el('api').replaceChildren(...page);
  el('index').replaceChildren(...index);
  const open = () => { const at = el(location.hash.slice(1)); if (at) { at.open = true; at.scrollIntoView(); } };
  addEventListener('hashchange', open);
  open();
}

draw().catch((e) => el('api').replaceChildren(make('p', { class: 'bad' }, 'The description cannot be read: ' + e.message)));
