(() => {
  'use strict';
  const island = document.getElementById('data');
  if (!island) return;
  const data = JSON.parse(island.textContent);
  island.remove();
  const rows = data.rows, words = data.words, outcomes = data.outcomes;
  const LINE = 0, EMAIL = 1, ROLE = 2, TEAMS = 3, OUTCOME = 4, ERROR = 5, HINT = 6, TIMES = 7, WHEN = 8;
  const page = 100, printed = 200;
  const body = document.getElementById('rows'), find = document.getElementById('find');
  const pager = document.getElementById('pager'), said = document.getElementById('said'), rest = document.getElementById('rest');
  const text = (v) => typeof v === 'number' ? words[v] : v;
  const count = (n) => n.toLocaleString('en');
  let shown = rows, first = 0, only = -1, by = null, down = false, texts = null;

  const cell = (name, tag, label, value) => {
    const e = document.createElement(tag);
    e.setAttribute('role', tag === 'th' ? 'rowheader' : 'cell');
    if (name) e.className = name;
    if (label) e.dataset.label = label;
    if (value) e.textContent = value;
    return e;
  };
  const line = (r) => {
    const tr = document.createElement('tr');
    tr.setAttribute('role', 'row');
    const number = cell('line num', 'th', 'Line', r[LINE] ? String(r[LINE]) : '');
    number.scope = 'row';
    const badge = document.createElement('span');
    badge.className = 'badge ' + outcomes[r[OUTCOME]].tone;
    badge.textContent = outcomes[r[OUTCOME]].label;
    const outcome = cell('bare', 'td', 'Outcome');
    outcome.append(badge);
    const why = cell('why', 'td', 'What happened', text(r[ERROR]));
    for (const more of [text(r[HINT]), r[TIMES] > 1 ? r[TIMES] + ' requests' : '']) {
      if (!more) continue;
      const span = document.createElement('span');
      span.textContent = more;
      why.append(span);
    }
    tr.append(number, cell('mail', 'td', 'E-mail', r[EMAIL]), cell('', 'td', 'Role', text(r[ROLE])), cell('', 'td', 'Teams', text(r[TEAMS])),
      outcome, why, cell('when', 'td', 'When', r[WHEN].startsWith(data.day) ? r[WHEN].slice(11) : r[WHEN]));
    return tr;
  };
  const draw = (n) => {
    const last = Math.min(first + n, shown.length);
    body.replaceChildren(...shown.slice(first, last).map(line));
    pager.hidden = shown.length <= page;
    pager.querySelector('span').textContent = shown.length ? count(first + 1) + ' to ' + count(last) + ' of ' + count(shown.length) : '';
    pager.querySelector('[data-go="-1"]').setAttribute('aria-disabled', String(first === 0));
    pager.querySelector('[data-go="1"]').setAttribute('aria-disabled', String(last >= shown.length));
    rest.textContent = shown.length > last ? 'And ' + count(shown.length - last) + ' more rows' + rest.dataset.where : '';
  };
  const say = () => { said.textContent = count(shown.length) + ' of ' + count(rows.length) + ' rows'; };
  const select = () => {
    const wanted = find.value.trim().toLowerCase();
    if (wanted && !texts) texts = new Map(rows.map((r) => [r, [r[LINE], r[EMAIL], text(r[ROLE]), text(r[TEAMS]), outcomes[r[OUTCOME]].label, text(r[ERROR]), text(r[HINT])].join(' ').toLowerCase()]));
    shown = rows.filter((r) => (only < 0 || r[OUTCOME] === only) && (!wanted || texts.get(r).includes(wanted)));
    if (by !== null) {
      const key = (r) => by === ROLE || by === TEAMS ? text(r[by]) : by === EMAIL ? r[by].toLowerCase() : r[by];
      const sign = down ? -1 : 1;
      shown.sort((a, b) => { const x = key(a), y = key(b); return x < y ? -sign : x > y ? sign : 0; });
    }
    first = 0;
    draw(page);
    say();
  };
  let soon = 0;
  find.addEventListener('input', () => { clearTimeout(soon); soon = setTimeout(select, 120); });
  for (const chip of document.querySelectorAll('.chips button')) {
    chip.addEventListener('click', () => {
      only = Number(chip.dataset.outcome);
      for (const other of document.querySelectorAll('.chips button')) other.setAttribute('aria-pressed', String(other === chip));
      select();
    });
  }
  for (const head of document.querySelectorAll('.sheet th[data-sort]')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = head.dataset.name = head.textContent;
    head.replaceChildren(button);
    button.addEventListener('click', () => {
      const column = Number(head.dataset.sort);
      down = by === column && !down;
      by = column;
      for (const other of document.querySelectorAll('.sheet th[data-sort]')) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      select();
    });
  }
  pager.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (!button || button.getAttribute('aria-disabled') === 'true') return;
    first = Math.max(0, first + page * Number(button.dataset.go));
    draw(page);
    document.getElementById('sheet').scrollIntoView({ block: 'start' });
  });
  addEventListener('beforeprint', () => { first = 0; draw(printed); });
  addEventListener('afterprint', () => draw(page));
  document.documentElement.classList.add('js');
  draw(page);
})();
