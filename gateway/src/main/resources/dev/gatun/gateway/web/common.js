// What both pages need: making elements, the theme, the key.
'use strict';

/** An element with attributes and children; strings become text, never markup. */
function make(tag, attributes, ...children) {
  const svg = ['svg', 'g', 'path', 'rect', 'line', 'text'].includes(tag);
  const e = svg ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === false || value == null) continue;
    e.setAttribute(name, value === true ? '' : value);
  }
  e.append(...children.flat().filter((c) => c != null));
  return e;
}

const el = (id) => document.getElementById(id);

const theme = {
  apply() {
    const chosen = localStorage.getItem('gatun-theme');
    if (chosen) document.documentElement.dataset.theme = chosen;
  },
  toggle() {
    const dark = document.documentElement.dataset.theme
      ? document.documentElement.dataset.theme === 'dark'
      : matchMedia('(prefers-color-scheme: dark)').matches;
    localStorage.setItem('gatun-theme', dark ? 'light' : 'dark');
    theme.apply();
  },
};
theme.apply();
el('theme')?.addEventListener('click', theme.toggle);

/** The key stays in this tab: closing it forgets it. */
const key = {
  get: () => sessionStorage.getItem('gatun-key') || '',
  set: (value) => sessionStorage.setItem('gatun-key', value),
  forget: () => sessionStorage.removeItem('gatun-key'),
  headers: () => (key.get() ? { authorization: 'Bearer ' + key.get() } : {}),
};
