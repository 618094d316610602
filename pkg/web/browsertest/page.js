// What a test asks a page, and does to it. Nothing here needs timers or promises: it works where the page's own scripts are off.
(() => {
  const left = Symbol.for('browsertest');
  const label = (e) => {
    if (!e) return 'nothing';
    const text = (e.textContent || '').trim().replace(/\s+/g, ' ').slice(0, 40);
    const named = e.id ? '#' + e.id : typeof e.className === 'string' && e.className ? '.' + e.className.trim().replace(/\s+/g, '.') : '';
    return '<' + e.tagName.toLowerCase() + named + '>' + (text ? ' “' + text + '”' : '');
  };
  const text = (e) => (e.innerText === undefined ? e.textContent : e.innerText).trim();
  const labels = (e) => [...(e.labels || [])];
  const shown = (e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && [...e.getClientRects()].some((r) => r.width > 2 && r.height > 2);
  const opaque = (colour) => !/^rgba\(.*, 0\)$|\/ 0\)$/.test(colour);

  // What has the focus is looked at where it is drawn: a hidden file input is drawn as its label.
  const drawn = (e) => (shown(e) ? [e] : []).concat(labels(e).filter(shown));
  const ringed = (e) => {
    const s = getComputedStyle(e);
    if (s.outlineStyle === 'none' || (s.outlineStyle !== 'auto' && parseFloat(s.outlineWidth) < 2) || !opaque(s.outlineColor)) return false;
    // Boxes that cut off what sticks out may leave nothing of it.
    const out = parseFloat(s.outlineOffset) + parseFloat(s.outlineWidth), r = e.getBoundingClientRect();
    const sides = [true, true, true, true];
    for (let at = e.parentElement; at && at !== document.body; at = at.parentElement) {
      if (getComputedStyle(at).overflow === 'visible') continue;
      const box = at.getBoundingClientRect();
      [r.left - out >= box.left, r.top - out >= box.top, r.right + out <= box.right, r.bottom + out <= box.bottom].forEach((kept, i) => { sides[i] &&= kept; });
    }
    return sides.some(Boolean);
  };
  // A bar that stays where it is while the page scrolls is what covers others.
  const bar = (hit, e) => {
    for (let at = hit; at; at = at.parentElement) {
      if (at.contains(e)) return null;
      if (['fixed', 'sticky'].includes(getComputedStyle(at).position)) return at;
    }
    return null;
  };
  const covered = (e) => {
    const r = e.getBoundingClientRect();
    if (r.height > innerHeight || r.width > innerWidth) return '';
    for (const x of [r.left + 1, (r.left + r.right) / 2, r.right - 1]) {
      for (const y of [r.top + 1, (r.top + r.bottom) / 2, r.bottom - 1]) {
        if (x < 0 || y < 0 || x >= innerWidth || y >= innerHeight) return 'the edge of the window';
        const over = bar(document.elementFromPoint(x, y), e);
        if (over) return label(over);
      }
    }
    return '';
  };

  return {
    leave(visit) { document[left] = visit; return true; },
    arrived(visit) { return document.readyState === 'complete' && document[left] !== visit; },
    at() { return document.readyState === 'complete' ? document.querySelector('main')?.dataset.at || '' : ''; },
    state() { return { url: location.href, title: document.title, h1: [...document.querySelectorAll('h1')].map(text).join(' | ') }; },
    count(selector) { return document.querySelectorAll(selector).length; },
    texts(selector) { return [...document.querySelectorAll(selector)].map(text); },
    read(selector, property) {
      const e = document.querySelector(selector);
      return e && { value: property === 'text' ? text(e) : String(e[property] ?? '') };
    },
    attribute(selector, name) {
      const e = document.querySelector(selector);
      return e && { value: e.getAttribute(name) ?? '', has: e.hasAttribute(name) };
    },

    // Where a person would click an element, or why nobody can.
    spot(selector) {
      const e = document.querySelector(selector);
      if (!e) return { why: 'is not there' };
      if (!shown(e)) return { why: 'is not shown' };
      if (e.disabled) return { why: 'is disabled' };
      e.scrollIntoView({ block: 'center', inline: 'nearest', behavior: 'instant' });
      const r = [...e.getClientRects()].find((r) => r.width > 0 && r.height > 0);
      const x = (Math.max(r.left, 0) + Math.min(r.right, innerWidth)) / 2, y = (Math.max(r.top, 0) + Math.min(r.bottom, innerHeight)) / 2;
      const hit = document.elementFromPoint(x, y);
      if (!hit || !(e.contains(hit) || labels(e).some((l) => l.contains(hit)))) return { why: 'is covered by ' + label(hit) };
      return { x, y };
    },
    select(selector) {
      const e = document.querySelector(selector);
      if (!e) return 'is not there';
      if (!shown(e)) return 'is not shown';
      if (e.disabled || e.readOnly) return 'takes no text';
      e.focus();
      e.select();
      return document.activeElement === e ? '' : 'takes no focus';
    },
    choose(selector, wanted) {
      const e = document.querySelector(selector);
      if (!e) return 'is not there';
      if (e.disabled) return 'is disabled';
      const options = [...e.options];
      const option = options.find((o) => o.value === wanted) || options.find((o) => o.label === wanted);
      if (!option) return 'has no such option, but ' + options.map((o) => JSON.stringify(o.value)).join(', ');
      e.focus();
      e.value = option.value;
      e.dispatchEvent(new Event('input', { bubbles: true }));
      e.dispatchEvent(new Event('change', { bubbles: true }));
      return '';
    },

    focused() {
      const e = document.activeElement;
      if (!e || e === document.body || e === document.documentElement) return null;
      const all = drawn(e), ring = all.find(ringed);
      return { element: label(e), ring: Boolean(ring), covered: all.length ? covered(ring || all[0]) : 'nothing: it is not shown' };
    },
    wide(width) {
      const over = Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - width;
      if (over <= 0) return [];
      const all = [...document.body.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right + scrollX > width + 0.5);
      return [over + ' px'].concat(all.filter((e) => ![...e.children].some((c) => all.includes(c))).slice(0, 5).map(label));
    },
    looks(scheme, width, forced, still) {
      return matchMedia(`(prefers-color-scheme: ${scheme})`).matches && screen.width === width && matchMedia('(forced-colors: active)').matches === forced &&
        matchMedia('(prefers-reduced-motion: reduce)').matches === still &&
        document.getAnimations().every((a) => a.playState !== 'running' || a.effect?.getComputedTiming().endTime === Infinity);
    },
    axe(tags) {
      return window.axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] }).then((found) =>
        found.violations.flatMap((v) => v.nodes.map((n) => v.id + ': ' + n.target.join(' ') + '\n    ' + v.help + '\n    ' + n.failureSummary.replace(/\s*\n\s*/g, '\n    '))));
    },
  };
})()
