"use strict";
(function () {
  // Comfort only: without it, every box links to its line and every line to its box.
  var chart = document.querySelector(".chart .pane");
  var code = document.querySelector(".code .pane");
  var svg = chart ? chart.querySelector("svg") : null;
  document.documentElement.classList.add("js");

  function each(list, act) { Array.prototype.forEach.call(list, act); }
  function numbers(element, name) {
    var text = element.getAttribute(name);
    return text ? text.split(" ") : [];
  }

  var boxes = {}, lines = {}, makers = {}, takers = {};
  function note(table, key, element) { (table[key] = table[key] || []).push(element); }
  if (svg) each(svg.querySelectorAll("[data-i]"), function (box) {
    note(boxes, box.getAttribute("data-i"), box);
    numbers(box, "data-m").forEach(function (value) { note(makers, value, box); });
    numbers(box, "data-t").forEach(function (value) { note(takers, value, box); });
  });
  if (code) each(code.querySelectorAll("[data-i]"), function (line) {
    numbers(line, "data-i").forEach(function (index) { note(lines, index, line); });
  });

  var marked = [];
  function mark(elements, name) {
    (elements || []).forEach(function (element) {
      element.classList.add(name);
      marked.push([element, name]);
    });
  }
  function unmark(name) {
    marked = marked.filter(function (pair) {
      if (name === undefined || pair[1] === name) { pair[0].classList.remove(pair[1]); return false; }
      return true;
    });
  }
  function flow(index) {
    unmark("makes"); unmark("takes");
    (boxes[index] || []).forEach(function (box) {
      [["data-t", makers, "makes"], ["data-m", takers, "takes"]].forEach(function (way) {
        numbers(box, way[0]).forEach(function (value) {
          (way[1][value] || []).forEach(function (other) {
            if (other === box) return;
            mark([other], way[2]);
            mark(lines[other.getAttribute("data-i")], way[2]);
          });
        });
      });
    });
  }
  function show(element) {
    if (element) element.scrollIntoView({ block: "center", inline: "nearest", behavior: "smooth" });
  }
  function select(index, from) {
    unmark();
    mark(boxes[index], "on");
    mark(lines[index], "on");
    flow(index);
    if (from !== "code") show((lines[index] || [])[0]);
    if (from !== "chart") show((boxes[index] || [])[0]);
  }
  function indexOf(target) {
    var element = target.closest ? target.closest("[data-i]") : null;
    return element ? numbers(element, "data-i")[0] : null;
  }

  var chosen = null;
  [[chart, "chart"], [code, "code"]].forEach(function (pair) {
    var pane = pair[0];
    if (!pane) return;
    pane.addEventListener("pointerover", function (event) {
      var index = indexOf(event.target);
      if (index !== null) flow(index);
    });
    pane.addEventListener("pointerleave", function () {
      unmark("makes"); unmark("takes");
      if (chosen !== null) flow(chosen);
    });
    pane.addEventListener("click", function (event) {
      var index = indexOf(event.target);
      if (index === null) {
        if (!event.target.closest("a")) { chosen = null; unmark(); }
        return;
      }
      if (String(window.getSelection())) return; // somebody is copying
      event.preventDefault();
      chosen = index;
      select(index, pair[1]);
    });
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") { chosen = null; unmark(); }
  });

  if (!svg) return;
  var start = svg.querySelector(".k-start");
  if (start) { // behind many bands the road begins far to the right
    var at = start.getBoundingClientRect(), pane = chart.getBoundingClientRect();
    if (at.right > pane.right) chart.scrollLeft = at.left - pane.left - pane.width / 3;
  }
  var asked = location.hash.match(/^#(L|wf-a)([0-9]+)$/);
  var linked = asked ? document.getElementById(location.hash.slice(1)) : null;
  if (linked) {
    chosen = indexOf(linked);
    if (chosen !== null) select(chosen, asked[1] === "L" ? "code" : "chart");
  }
  var wide = Number(svg.getAttribute("width")), high = Number(svg.getAttribute("height")), scale = 1;
  var shown = document.querySelector(".tools [data-zoom='1']");
  function zoom(to) {
    scale = Math.max(0.1, Math.min(3, to));
    svg.setAttribute("width", wide * scale);
    svg.setAttribute("height", high * scale);
    shown.textContent = Math.round(scale * 100) + " %";
  }
  each(document.querySelectorAll(".tools button"), function (button) {
    button.addEventListener("click", function () {
      var way = button.getAttribute("data-zoom");
      if (way === "fit") zoom(Math.min(1, (chart.clientWidth - 24) / wide));
      else zoom(way === "1" ? 1 : scale * Number(way));
    });
  });
})();
