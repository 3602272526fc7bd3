'use strict';
(function () {
  // NB: neither the sign of less nor the ampersand: this is XML as well.
  var rows = Array.from(document.querySelectorAll('#mappings tbody tr'));
  document.documentElement.classList.add('js');

  document.querySelectorAll('table').forEach(function (table) {
    Array.from(table.tHead.rows[0].cells).forEach(function (head, column) {
      var up = false;
      head.addEventListener('click', function () {
        up = !up;
        var body = table.tBodies[0];
        Array.from(body.rows).sort(function (a, b) {
          var x = a.cells[column], y = b.cells[column];
          var order = head.className === 'n'
            ? Number(y.dataset.n || y.textContent) - Number(x.dataset.n || x.textContent)
            : x.textContent.localeCompare(y.textContent);
          return up ? order : -order;
        }).forEach(function (row) { body.append(row); });
      });
    });
  });

  var search = document.createElement('input');
  search.type = 'search';
  search.placeholder = 'Search mappings';
  search.setAttribute('aria-label', search.placeholder);
  document.querySelector('#mappings .scroll').before(search);
  search.addEventListener('input', function () {
    var word = search.value.toLowerCase();
    rows.forEach(function (row) { row.hidden = !row.textContent.toLowerCase().includes(word); });
  });

  var cells = document.getElementById('cells');
  var hint = document.getElementById('hint');
  var bands = Array.from(cells.querySelectorAll('text')).map(function (text) {
    return { cell: Number(text.dataset.cell), y: Number(text.dataset.y) };
  });
  var byCell = [];
  rows.forEach(function (row) {
    var first = Number(row.dataset.cell);
    for (var i = 0; i !== Number(row.dataset.cells); i++) {
      byCell[first + i] = byCell[first + i] || row;
    }
  });
  var pick = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  pick.setAttribute('class', 'pick');
  pick.setAttribute('width', 9);
  pick.setAttribute('height', 9);
  var hit = null;
  function find(event) {
    var box = cells.getBoundingClientRect();
    var scale = cells.viewBox.baseVal.width / box.width;
    var x = Math.floor((event.clientX - box.left) * scale / 8);
    var y = (event.clientY - box.top) * scale;
    var band = bands.filter(function (each) { return y >= each.y; }).pop();
    if (!band) {
      return null;
    }
    var line = Math.floor((y - band.y) / 8);
    pick.setAttribute('x', x * 8 - 1);
    pick.setAttribute('y', band.y + line * 8 - 1);
    return byCell[band.cell + line * 128 + x] || null;
  }
  cells.addEventListener('pointermove', function (event) {
    var row = find(event);
    if (row) {
      cells.append(pick);
      hint.textContent = Array.from(row.cells).map(function (cell) { return cell.textContent; })
        .filter(Boolean).join('  \u00b7  ');
    } else {
      pick.remove();
      hint.textContent = '';
    }
  });
  cells.addEventListener('click', function (event) {
    var row = find(event);
    if (row) {
      if (hit) {
        hit.classList.remove('hit');
      }
      hit = row;
      row.hidden = false;
      row.classList.add('hit');
      row.scrollIntoView({ block: 'center' });
    }
  });
  document.documentElement.dataset.rows = rows.length;
})();
