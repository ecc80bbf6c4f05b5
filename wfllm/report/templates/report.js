//<![CDATA[
"use strict";
(function () {
  // Everything a sample holds becomes text nodes; no string of it is ever read as markup.
  var HIGH = 50, EXTRA = 6;
  var SVG = ["svg", "title", "g", "rect", "path", "text", "tspan", "a", "circle", "line", "polyline", "polygon",
    "defs", "marker", "ellipse"];
  var index = JSON.parse(document.getElementById("index").textContent);
  function at(id) { return document.getElementById(id); }
  var box = {};
  ["text", "split", "when", "category", "rule", "verdict", "metric", "relation", "bound", "sort", "order"]
    .forEach(function (id) { box[id] = at(id); });
  var list = at("list"), rows = at("rows"), detail = at("detail"), count = at("count");

  function make(tag, name, text) {
    var element = document.createElement(tag);
    if (name) element.className = name;
    if (text !== undefined && text !== null) element.textContent = text;
    return element;
  }
  function add(parent) {
    for (var i = 1; i < arguments.length; i++) if (arguments[i]) parent.appendChild(arguments[i]);
    return parent;
  }
  function choices(select, pairs) {
    pairs.forEach(function (pair) {
      var option = make("option", "", pair[1]);
      option.value = pair[0];
      select.appendChild(option);
    });
    select.closest("label").hidden = pairs.length < 2;
  }
  function percent(value) { return value === null || value === undefined ? "–" : (100 * value).toFixed(1); }

  var categories = {}, judged = false;
  index.rows.forEach(function (row, i) {
    row.i = i;
    row.low = (row.q + " " + row.id + " " + row.c).toLowerCase();
    categories["=" + row.c] = (categories["=" + row.c] || 0) + 1;
    row.a.forEach(function (answer) { judged = judged || (answer && answer[2] !== null); });
  });
  var every = [["", "all"]];
  choices(box.split, (index.splits.length > 1 ? every : []).concat(index.splits));
  choices(box.when, index.whens.map(function (pair, i) { return [String(i), pair[1]]; }));
  box.when.value = String(index.whens.length - 1);
  choices(box.category, every.concat(Object.keys(categories).sort().map(function (key) {
    return [key, (key.slice(1) || "none") + " (" + categories[key] + ")"];
  })));
  choices(box.rule, every.concat([["none", "no finding"], ["any", "any finding"]], index.rules.map(function (rule, i) {
    return [String(i), rule];
  })));
  choices(box.verdict, judged ? every.concat([["1", "passes"], ["0", "fails"]]) : every);
  var metrics = index.metrics.map(function (pair, i) { return [String(i), pair[1]]; });
  choices(box.metric, metrics);
  choices(box.relation, [["below", "below"], ["above", "above"]]);
  choices(box.sort, [["", "order of the file"], ["q", "request"], ["f", "findings"]].concat(metrics));
  choices(box.order, [["1", "lowest first"], ["-1", "highest first"]]);

  var shown = [], chosen = null;
  function answer(row) { return row.a[Number(box.when.value)]; }
  function value(row, metric) { var found = answer(row); return found ? found[0][Number(metric)] : null; }
  function fits(row) {
    var found = answer(row);
    if (!found) return false;
    if (box.split.value && row.s !== box.split.value) return false;
    if (box.category.value && "=" + row.c !== box.category.value) return false;
    var words = box.text.value.toLowerCase().split(/\s+/);
    if (!words.every(function (word) { return row.low.indexOf(word) >= 0; })) return false;
    var rule = box.rule.value;
    if (rule === "none" && found[1].length) return false;
    if (rule === "any" && !found[1].length) return false;
    if (/^[0-9]+$/.test(rule) && found[1].indexOf(Number(rule)) < 0) return false;
    if (box.verdict.value && found[2] !== Number(box.verdict.value)) return false;
    if (box.bound.value !== "") {
      var score = value(row, box.metric.value), bound = Number(box.bound.value) / 100;
      if (score === null || (box.relation.value === "below" ? score >= bound : score <= bound)) return false;
    }
    return true;
  }
  function sorter() {
    var by = box.sort.value, sign = Number(box.order.value);
    if (by === "") return function (a, b) { return sign * (a.i - b.i); };
    if (by === "q") return function (a, b) { return sign * (a.q < b.q ? -1 : a.q > b.q ? 1 : 0) || a.i - b.i; };
    var key = by === "f" ? function (row) { return answer(row)[1].length; } : function (row) { return value(row, by); };
    return function (a, b) {
      var x = key(a), y = key(b);
      if (x === null || y === null) return (x === null) - (y === null) || a.i - b.i; // what has no score comes last
      return sign * (x - y) || a.i - b.i;
    };
  }
  function refresh() {
    shown = index.rows.filter(fits).sort(sorter());
    count.textContent = shown.length + " of " + index.rows.length + " samples";
    rows.style.height = shown.length * HIGH + "px";
    list.scrollTop = 0;
    draw();
  }
  function draw() { // only the rows in sight are elements
    var first = Math.max(0, Math.floor(list.scrollTop / HIGH) - EXTRA);
    var last = Math.min(shown.length, Math.ceil((list.scrollTop + list.clientHeight) / HIGH) + EXTRA);
    rows.textContent = "";
    for (var i = first; i < last; i++) rows.appendChild(item(shown[i], i));
  }
  function item(row, place) {
    var found = answer(row), element = make("div", "item");
    var by = /^[0-9]+$/.test(box.sort.value) ? box.sort.value : "0";
    element.style.top = place * HIGH + "px";
    element.setAttribute("role", "option");
    element.setAttribute("aria-selected", String(row === chosen));
    var score = index.metrics.length ? index.metrics[by][1] + " " + percent(found[0][by]) : "";
    var told = [score, found[1].length + (found[1].length === 1 ? " rule broken" : " rules broken")];
    if (found[2] !== null) told.push(found[2] ? "passes" : "fails");
    if (row.c) told.push(row.c);
    add(element, make("b", "", row.q), make("span", "", told.join(" · ")));
    element.addEventListener("click", function () { choose(row); });
    return element;
  }
  list.addEventListener("scroll", draw);
  window.addEventListener("resize", draw);
  list.addEventListener("keydown", function (event) {
    var step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (!step || !shown.length) return;
    event.preventDefault();
    var place = Math.max(0, Math.min(shown.length - 1, shown.indexOf(chosen) + step));
    var top = place * HIGH;
    if (top < list.scrollTop) list.scrollTop = top;
    if (top + HIGH > list.scrollTop + list.clientHeight) list.scrollTop = top + HIGH - list.clientHeight;
    choose(shown[place]);
  });
  at("samples").querySelector("form").addEventListener("submit", function (event) { event.preventDefault(); });
  Object.keys(box).forEach(function (id) {
    box[id].addEventListener(id === "text" || id === "bound" ? "input" : "change", function () {
      refresh();
      if (id === "when" && chosen && answer(chosen)) choose(chosen);
    });
  });

  function unpack(id) {
    var element = at(id);
    if (!element) return Promise.resolve(null);
    if (typeof DecompressionStream === "undefined") return Promise.reject(new Error("no DecompressionStream"));
    var bytes = Uint8Array.from(atob(element.textContent), function (c) { return c.charCodeAt(0); });
    var stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Response(stream).text().then(JSON.parse);
  }
  function choose(row) {
    chosen = row;
    draw();
    Promise.all([unpack("d" + row.i), unpack("c" + row.i)]).then(function (read) {
      if (chosen === row) show(row, read[0], read[1]);
    }, function () {
      detail.textContent = "";
      add(detail, make("p", "none", "This browser cannot unpack samples. Any of 2023 or later can."));
    });
  }
  function show(row, data, charts) {
    detail.textContent = "";
    detail.scrollTop = 0;
    var which = Number(box.when.value), found = row.a[which];
    add(detail, make("p", "request", data ? data.request : row.q), make("p", "meta", [row.id, row.s, row.c].filter(Boolean).join(" · ")));
    if (data) add(detail, make("p", "meta", "APIs: " + data.apis.join(", ")));
    var scores = make("ul", "scores");
    index.metrics.forEach(function (pair, i) {
      if (found[0][i] !== null) add(scores, add(make("li", "", pair[1]), make("b", "", percent(found[0][i]))));
    });
    add(detail, scores);
    if (!data) {
      add(detail, make("p", "none", "The page is full; predictions/*.jsonl has this sample's code."));
      return;
    }
    var mine = data.answers[which];
    if (mine.verdict) add(detail, verdict(mine.verdict));
    add(detail, make("h3", "", "Code"), difference(data.reference, mine));
    if (charts) {
      var pair = make("div", "charts");
      add(pair, chart(charts.reference), chart(charts.answers[which]));
      add(detail, make("h3", "", "Flow charts"), pair);
    }
    add(detail, make("h3", "", "Whole answer"), make("pre", "", mine.answer));
  }
  function verdict(told) {
    var word = told.passes === null ? "unjudged. " + told.fault : told.passes ? "passes" : "fails";
    var element = make("div", told.passes ? "verdict" : "verdict fails", "The judge: " + word);
    var votes = make("ul");
    told.votes.forEach(function (vote) { add(votes, make("li", "", (vote[0] ? "passes: " : "fails: ") + vote[1])); });
    return add(element, votes);
  }
  function difference(left, right) {
    var table = make("div", "diff"), wrong = {};
    right.findings.forEach(function (finding) {
      var line = Math.max(1, Math.min(finding[0], right.lines.length));
      (wrong[line] = wrong[line] || []).push(finding);
    });
    add(table, add(make("div", "line head"), make("div", "", "Reference"), make("div", "", "Answer")));
    right.rows.forEach(function (row) {
      var same = row[2] === 0, line = make("div", "line");
      add(line, half("L", left.lines, row[0], same ? "" : "gone", row[2] === 1 ? "~" : same ? "" : "−", row[3]));
      var there = half("R", right.lines, row[1], same ? "" : "new", row[2] === 1 ? "~" : same ? "" : "+", row[4]);
      (row[1] < 0 ? [] : wrong[row[1] + 1] || []).forEach(function (finding) {
        there.firstChild.classList.add("err");
        add(there, fault(finding));
      });
      table.appendChild(add(line, there));
    });
    if (!right.lines.length) right.findings.forEach(function (finding) { table.appendChild(fault(finding)); });
    var cut = Math.max(left.cut, right.cut);
    if (cut) add(table, make("div", "fi warning", "Shown in part: " + cut + " more characters are in predictions/*.jsonl."));
    return table;
  }
  function fault(finding) {
    var element = make("div", finding[4] === "warning" ? "fi warning" : "fi");
    add(element, make("span", "rule", finding[1]));
    element.appendChild(document.createTextNode(finding[2] + ". " + finding[3]));
    return element;
  }
  function half(side, lines, number, kind, mark, spans) {
    if (number < 0) return make("div");
    var cell = make("div", kind), line = make("div", "ln"), code = make("code");
    line.id = side + (number + 1);
    var deep = Math.min(4, Math.floor(/^ */.exec((lines[number][1] || "") + (lines[number][3] || ""))[0].length / 4));
    if (deep) code.className = "d" + deep;
    words(code, lines[number], spans);
    return add(cell, add(line, make("span", "no", number + 1), make("span", "mark", mark), code));
  }
  function words(code, pieces, spans) { // pieces: colour, text, colour, text …
    var start = 0, next = 0;
    for (var i = 0; i < pieces.length; i += 2) {
      var text = pieces[i + 1], from = 0;
      while (from < text.length) {
        while (next < spans.length && spans[next][1] <= start + from) next++;
        var span = spans[next], inside = span && span[0] <= start + from;
        var stop = span ? (inside ? span[1] : span[0]) - start : text.length;
        var part = text.slice(from, Math.min(stop, text.length));
        var element = make(inside ? "mark" : "span", pieces[i], part);
        code.appendChild(element);
        from += part.length;
      }
      start += text.length;
    }
    if (!pieces.length) code.textContent = " ";
  }
  function chart(drawn) {
    var cell = make("div");
    if (!drawn || !drawn[0]) return add(cell, make("p", "", drawn ? drawn[1] : ""));
    var read = new DOMParser().parseFromString(drawn[0], "image/svg+xml");
    if (read.getElementsByTagName("parsererror").length) return add(cell, make("p", "", "The chart is damaged."));
    harmless(read.documentElement);
    return add(cell, document.importNode(read.documentElement, true));
  }
  function harmless(element) { // charts are ours, escaped; this would stop what had slipped through
    Array.prototype.slice.call(element.attributes).forEach(function (attribute) {
      var link = /href$/i.test(attribute.name) && attribute.value.charAt(0) !== "#";
      if (link || /^on|^style$/i.test(attribute.name)) element.removeAttribute(attribute.name);
    });
    Array.prototype.slice.call(element.children).forEach(function (child) {
      if (SVG.indexOf(child.localName) < 0) child.remove(); else harmless(child);
    });
  }

  refresh();
  if (shown.length) choose(shown[0]);
})();
//]]>
