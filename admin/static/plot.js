// Draws the charts of a page anew with uPlot: values under the pointer or the arrow keys, series on and off, zoom.
// Without this script, in print and with forced colours, the chart that the server drew stays.
"use strict";

(() => {
  if (!window.uPlot || matchMedia("(forced-colors: active)").matches) return;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const short = new Intl.NumberFormat("en-GB", { notation: "compact", maximumSignificantDigits: 3 });
  const WHOLE = [...Array(12).keys()].flatMap((n) => [1, 2, 5].map((step) => step * 10 ** n));  // nobody makes half a request
  const element = (name, className = "") => Object.assign(document.createElement(name), { className });

  // The page's own colours, as the browser has worked them out: a canvas knows no variables.
  const colour = (name) => {
    const probe = document.body.appendChild(element("i"));
    probe.style.color = `var(--${name})`;
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  };

  const dayName = (iso, withMonth) =>
    new Intl.DateTimeFormat("en-GB", { day: "numeric", ...(withMonth && { month: "short" }), timeZone: "UTC" }).format(new Date(`${iso}T00:00Z`));

  class Chart {
    constructor(place) {
      this.place = place;
      this.plot = JSON.parse(place.dataset.plot);
      this.shown = this.plot.series.map(() => true);
      this.days = this.plot.days.map((_, n) => n);
      this.height = place.querySelector("svg.chart").clientHeight || 170;
      this.at = null;
      this.build();
      this.draw();
      new ResizeObserver(() => this.fit()).observe(this.stage);
      dark.addEventListener("change", () => this.draw());
    }

    build() {
      const { place, plot } = this;
      this.box = element("div", "plotted");
      if (plot.series.length > 1) {
        const legend = element("div", "legend");
        legend.setAttribute("role", "group");
        legend.setAttribute("aria-label", `Series of ${place.dataset.name}`);
        plot.series.forEach((line, n) => {
          const button = element("button", "toggle");
          button.type = "button";
          button.setAttribute("aria-pressed", "true");
          const swatch = document.createElementNS("http://www.w3.org/2000/svg", "svg");
          swatch.setAttribute("width", 12);
          swatch.setAttribute("height", 12);
          swatch.setAttribute("aria-hidden", "true");
          const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
          for (const [name, value] of [["width", 12], ["height", 12], ["rx", 3], ["class", line.kind]]) rect.setAttribute(name, value);
          swatch.append(rect);
          button.append(swatch, line.name);
          button.addEventListener("click", () => this.toggle(n, button));
          legend.append(button);
        });
        this.box.append(legend);
      }
      this.said = element("p", "reading");
      this.said.setAttribute("aria-live", "polite");
      this.stage = element("div", "stage");
      this.stage.tabIndex = 0;
      this.stage.setAttribute("role", "group");
      this.stage.setAttribute("aria-label", `${place.dataset.name}. Left and right arrow keys go from day to day, plus and minus zoom, 0 shows all days.`);
      this.stage.addEventListener("keydown", (event) => this.key(event));
      this.stage.addEventListener("blur", () => this.point(null));
      this.reset = element("button", "reset");
      this.reset.type = "button";
      this.reset.textContent = "Show all days";
      this.reset.hidden = true;
      this.reset.addEventListener("click", () => { this.zoom(0, this.days.length - 1); this.stage.focus(); });
      this.box.append(this.said, this.stage, this.reset);
      place.append(this.box);
      place.classList.add("on");
    }

    // Each series stands on those before it; the tallest is drawn first, so that the others cover its lower part.
    stacked() {
      const sums = this.days.map(() => 0);
      const tops = this.plot.series.map((line, n) => line.values.map((value, day) => (this.shown[n] ? (sums[day] += value) : null)));
      return [this.days, ...tops.reverse()];
    }

    draw() {
      const { plot } = this;
      const kinds = plot.series.map((line) => line.kind).reverse();
      const [ink, soft, line, edge] = ["ink", "soft", "line", "edge"].map(colour);
      const bars = uPlot.paths.bars({ size: [0.7, 64] });
      const font = `12px ${getComputedStyle(document.body).fontFamily}`;
      const kept = this.drawn && [this.drawn.scales.x.min, this.drawn.scales.x.max];
      this.drawn?.destroy();
      this.drawn = new uPlot({
        width: this.stage.clientWidth || 300,
        height: this.height,
        padding: [8, 8, 0, 0],
        legend: { show: false },
        cursor: {
          y: false,
          points: { show: false },
          drag: { x: true, y: false, setScale: false },
        },
        scales: {
          x: { time: false, range: (_, low, high) => [low, high] },
          y: { range: (_, low, high) => [0, high > 0 ? high * 1.05 : 1] },
        },
        axes: [
          {
            stroke: soft, font, grid: { show: false }, ticks: { stroke: edge, size: 4 }, size: 28,
            incrs: [1, 2, 7, 14, 28, 91], space: 44,
            values: (_, splits) => splits.map((n, at) => (plot.days[n] === undefined ? "" : dayName(plot.days[n], at === 0 || plot.days[n].slice(0, 7) !== plot.days[splits[at - 1]]?.slice(0, 7)))),
          },
          {
            stroke: soft, font, grid: { stroke: line, dash: [2, 4] }, ticks: { show: false }, ...(plot.unit === "" && { incrs: WHOLE }), size: (_, values) => 14 + 7 * Math.max(3, ...(values ?? []).map((text) => text.length)),
            values: (_, splits) => splits.map((value) => `${plot.unit === "GHS" ? "GHS " : ""}${short.format(value)}${plot.unit === "ms" ? " ms" : ""}`),
          },
        ],
        series: [{}, ...kinds.map((kind) => ({ paths: bars, points: { show: false }, fill: colour(kind), width: 0 }))],
        hooks: {
          draw: [(u) => this.flags(u, ink, font)],
          setCursor: [(u) => this.hover(u)],
          setSelect: [(u) => this.dragged(u)],
        },
      }, this.stacked(), this.stage);
      this.drawn.root.setAttribute("aria-hidden", "true");
      this.zoom(...(kept ? [kept[0] + 0.5, kept[1] - 0.5] : [0, this.days.length - 1]));
      this.point(this.at);
    }

    // A dashed line where something happened, such as a release.
    flags(u, ink, font) {
      const { ctx, bbox } = u;
      ctx.save();
      ctx.strokeStyle = ctx.fillStyle = ink;
      ctx.font = font.replace("12px", `600 ${12 * devicePixelRatio}px`);
      ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
      for (const [day, text] of Object.entries(this.plot.notes)) {
        const n = this.plot.days.indexOf(day);
        if (n < u.scales.x.min || n > u.scales.x.max) continue;
        const x = Math.round(u.valToPos(n - 0.5, "x", true));
        ctx.beginPath();
        ctx.moveTo(x, bbox.top);
        ctx.lineTo(x, bbox.top + bbox.height);
        ctx.stroke();
        const atEnd = n > 0.8 * this.days.length;
        ctx.textAlign = atEnd ? "right" : "left";
        ctx.fillText(text, x + (atEnd ? -4 : 4) * devicePixelRatio, bbox.top + 10 * devicePixelRatio);
      }
      ctx.restore();
    }

    fit() {
      const width = this.stage.clientWidth;
      if (width && width !== this.drawn.width) this.drawn.setSize({ width, height: this.height });
    }

    hover(u) {
      if (this.moving) return;
      const { left } = u.cursor;
      this.say(left >= 0 ? Math.round(u.posToVal(left, "x")) : null);
    }

    say(day) {
      this.at = this.plot.texts[day] === undefined ? null : day;
      const { notes, days, texts } = this.plot;
      const highest = `highest: ${this.place.querySelector("svg .axis").textContent.replace(/^highest: /, "")}`;
      this.said.textContent = this.at === null ? highest : texts[day] + (notes[days[day]] ? ` – released: ${notes[days[day]]}` : "");
    }

    // Puts the line on a day, as the pointer does.
    point(day) {
      this.moving = true;
      const left = day === null ? -10 : this.drawn.valToPos(day, "x");
      this.drawn.setCursor({ left, top: day === null ? -10 : 10 });
      this.moving = false;
      this.say(day);
    }

    key(event) {
      const { min, max } = this.drawn.scales.x;
      const [first, last] = [Math.ceil(min), Math.floor(max)];
      const at = this.at ?? (event.key === "ArrowLeft" ? last + 1 : first - 1);
      const half = (last - first) / 4;
      const middle = this.at ?? (first + last) / 2;
      const does = {
        ArrowLeft: () => this.point(Math.max(first, at - 1)),
        ArrowRight: () => this.point(Math.min(last, at + 1)),
        Home: () => this.point(first),
        End: () => this.point(last),
        Escape: () => this.point(null),
        "+": () => this.zoom(Math.floor(middle - half), Math.ceil(middle + half)),
        "-": () => this.zoom(Math.floor(first - 2 * half - 1), Math.ceil(last + 2 * half + 1)),
        0: () => this.zoom(0, this.days.length - 1),
      }[event.key];
      if (!does || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      does();
    }

    zoom(first, last) {
      const end = this.days.length - 1;
      let [from, to] = [Math.max(0, first), Math.min(end, last)];
      if (to - from < 2) [from, to] = [Math.max(0, Math.min(from, end - 2)), Math.min(end, Math.max(2, from + 2))];
      this.drawn.setScale("x", { min: from - 0.5, max: to + 0.5 });
      this.reset.hidden = from === 0 && to === end;
      if (this.at !== null) this.point(Math.min(to, Math.max(from, this.at)));
    }

    dragged(u) {
      const { left, width } = u.select;
      if (width > 4) this.zoom(Math.round(u.posToVal(left, "x")), Math.round(u.posToVal(left + width, "x")));
      if (width) u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    }

    toggle(n, button) {
      this.shown[n] = !this.shown[n];
      button.setAttribute("aria-pressed", String(this.shown[n]));
      this.drawn.setData(this.stacked(), false);
      this.drawn.redraw();
      this.drawn.setScale("x", { min: this.drawn.scales.x.min, max: this.drawn.scales.x.max });
    }
  }

  for (const place of document.querySelectorAll(".plot[data-plot]")) new Chart(place);
})();
