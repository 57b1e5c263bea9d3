"use strict";
// charts draws the figures of one kind of sessions into its article.
const charts = (() => {
	const every = 2000; // milliseconds between two samples
	const longest = 120000, shortest = 30000; // what the charts show
	const ops = ["get", "add", "swap", "delete"];
	const svgNS = "http://www.w3.org/2000/svg";

	// Figures, as the server writes them, too.
	const count = n => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
	const short = n => n >= 1e6 ? (n / 1e6).toFixed(1) + "M" : n >= 1e4 ? (n / 1e3).toFixed(1) + "k" : n >= 100 ? n.toFixed(0) : String(+n.toFixed(1));
	const rate = n => n === 0 ? "0 /s" : n < 1 ? short(n * 60) + " /min" : short(n) + " /s";
	const latency = s => s < 1e-3 ? Math.round(s * 1e6) + " µs" : s < 1 ? +(s * 1e3).toFixed(3) + " ms" : +s.toFixed(3) + " s";
	const sum = all => all.reduce((a, b) => a + b, 0);
	const errors = s => sum(Object.values(s.errors));

	// An upper bound of how long a share of the calls took.
	function quantile(buckets, bounds, share) {
		const total = sum(buckets);
		if (total === 0) return "–";
		let seen = 0;
		for (let i = 0; i < buckets.length; i++) {
			seen += buckets[i];
			if (buckets[i] > 0 && seen >= share * total) {
				return i < bounds.length ? "≤ " + latency(bounds[i]) : "> " + latency(bounds[bounds.length - 1]);
			}
		}
		return "–";
	}

	function age(ms) {
		const s = Math.max(0, Math.floor(ms / 1000));
		for (const [unit, part, name, partly] of [[86400, 3600, "d", "h"], [3600, 60, "h", "min"], [60, 1, "min", "s"]]) {
			if (s >= unit) {
				const rest = Math.floor(s % unit / part);
				return Math.floor(s / unit) + " " + name + (rest ? " " + rest + " " + partly : "");
			}
		}
		return s < 1 ? "less than 1 s" : s + " s";
	}

	// The least of 1, 2 and 5, times a power of ten, that is enough.
	function nice(n) {
		if (!(n > 0)) return 1;
		const power = 10 ** Math.floor(Math.log10(n));
		return [1, 2, 5, 10].map(x => x * power).find(x => x >= n * 0.999);
	}

	function node(name, attributes, text) {
		const e = document.createElement(name);
		for (const key in attributes) e.setAttribute(key, attributes[key]);
		if (text !== undefined) e.textContent = text;
		return e;
	}
	function shape(name, attributes) {
		const e = document.createElementNS(svgNS, name);
		for (const key in attributes) e.setAttribute(key, attributes[key]);
		return e;
	}
	function put(element, text) {
		if (element && element.textContent !== text) element.textContent = text;
	}

	// One kind of sessions: what was counted in the time that the charts show.
	class Kind {
		constructor(article) {
			this.article = article;
			this.samples = []; // {at, stats}, in order
		}

		take(at, stats) {
			const last = this.samples[this.samples.length - 1];
			// A new process, or a new manager, counts from 0.
			if (last && (last.stats.since !== stats.since || stats.loads < last.stats.loads)) this.samples = [];
			this.samples.push({at, stats});
			// One more than is shown, from which the first rate is taken.
			while (this.samples.length > 2 && this.samples[1].at < at - longest) this.samples.shift();
			this.draw();
		}

		// Points of what grows: what it has grown by, a second.
		rates(of) {
			const points = [];
			for (let i = 1; i < this.samples.length; i++) {
				const a = this.samples[i - 1], b = this.samples[i], seconds = (b.at - a.at) / 1000;
				if (seconds <= 0) continue;
				// While the page was hidden nobody has asked, so the line has a gap there.
				points.push({at: b.at, y: Math.max(0, of(b.stats) - of(a.stats)) / seconds, gap: b.at - a.at > 3 * every});
			}
			return points;
		}

		// What something has grown by in the time that is shown.
		grown(of) {
			if (this.samples.length < 2) return 0;
			return Math.max(0, of(this.samples[this.samples.length - 1].stats) - of(this.samples[0].stats));
		}

		draw() {
			const now = this.samples[this.samples.length - 1];
			const s = now.stats;
			const shown = now.at - this.samples[0].at;
			this.span = Math.min(longest, Math.max(shortest, shown)); // of the charts' time
			this.ago = age(this.span);
			this.during = "in " + age(Math.min(longest, Math.max(1000, shown)));
			put(this.article.querySelector("[data-age]"), age(now.at - Date.parse(s.since)));
			this.numbers(s);
			this.bars(s);
			this.tiles(s, now.at);
			this.lines("loads", now.at, "loads a second", [
				{key: "get", name: "loads", points: this.rates(s => s.loads)},
				{key: "errors", name: "not living", points: this.rates(s => Math.max(0, s.loads - s.hits))},
			]);
			this.lines("calls", now.at, "calls a second", ops.map(op => ({key: op, name: op, points: this.rates(s => s.calls[op].latency.count)})), true);
			this.latencies(s);
		}

		numbers(s) {
			for (const e of this.article.querySelectorAll("[data-n]")) put(e, count(s[e.dataset.n]));
			for (const op of ops) {
				const row = this.article.querySelector(`tr[data-op="${op}"]`), c = s.calls[op];
				put(row.querySelector('[data-c="count"]'), count(c.latency.count));
				put(row.querySelector('[data-c="p50"]'), quantile(c.latency.buckets, c.latency.bounds, 0.5));
				put(row.querySelector('[data-c="p99"]'), quantile(c.latency.buckets, c.latency.bounds, 0.99));
				put(row.querySelector('[data-c="failed"]'), count(c.failed));
			}
		}

		bars(s) {
			for (const of of ["ended", "errors"]) {
				const most = Math.max(1, ...Object.values(s[of]));
				for (const [key, n] of Object.entries(s[of])) {
					const row = this.article.querySelector(`[data-bar="${of}.${key}"]`);
					if (!row) continue;
					row.classList.toggle("zero", n === 0);
					put(row.querySelector(".n"), count(n));
					row.querySelector(".fill").setAttribute("width", 100 * n / most);
				}
			}
		}

		tiles(s, at) {
			const enough = this.samples.length > 1;
			const show = (key, big, small, points, series) => {
				const tile = this.article.querySelector(`[data-tile="${key}"]`);
				put(tile.querySelector("[data-big]"), big);
				put(tile.querySelector("[data-small]"), small);
				const svg = tile.querySelector(".spark");
				svg.hidden = false;
				svg.removeAttribute("hidden");
				const top = key === "hits" ? 100 : Math.max(1e-9, ...points.map(p => p.y));
				svg.replaceChildren(...paths(points, series, at, this.span, top, 100, 30, 3));
				return tile;
			};
			const grows = (key, of, series) => {
				const points = this.rates(of), last = points[points.length - 1];
				show(key, enough ? rate(last ? last.y : 0) : "…", count(of(s)) + " in all", points, series);
			};
			grows("loads", s => s.loads, "get");
			grows("new", s => s.new, "get");
			grows("calls", s => s.round_trips, "get");

			const loads = this.grown(s => s.loads), hits = Math.min(loads, this.grown(s => s.hits));
			const parts = this.rates(s => s.loads), found = this.rates(s => s.hits);
			const hitPoints = parts.map((p, i) => ({at: p.at, y: 100 * Math.min(1, found[i].y / p.y), gap: p.gap || p.y === 0})).filter(p => !Number.isNaN(p.y));
			show("hits", loads > 0 ? (100 * hits / loads).toFixed(1) + " %" : "–",
				loads > 0 ? "of " + count(loads) + " loads " + this.during : "no loads " + this.during, hitPoints, "hits");

			const recent = this.grown(errors);
			const tile = show("errors", count(recent), this.during + "; " + count(errors(s)) + " in all", this.rates(errors), "errors");
			tile.classList.toggle("alert", recent > 0);
		}

		figure(key) {
			const figure = this.article.querySelector(`[data-chart="${key}"]`);
			figure.hidden = false;
			let plot = figure.querySelector(".plot");
			if (!plot) {
				plot = node("div", {class: "plot"});
				figure.append(plot, node("div", {class: "axis"}));
			}
			return {figure, plot, legend: figure.querySelector(".legend"), axis: figure.querySelector(".axis")};
		}

		// Lines beside each other or, where they are parts of a whole, on top of each other.
		lines(key, at, what, series, stacked) {
			const {plot, legend, axis} = this.figure(key);
			const drawn = series.map((s, n) => ({key: s.key + (stacked ? " stacked" : ""), points: stacked
				? s.points.map((p, i) => ({...p, y: sum(series.slice(0, n + 1).map(s => s.points[i].y))}))
				: s.points, any: s.points.some(p => p.y > 0)}));
			const most = Math.max(0, ...drawn.flatMap(s => s.points.map(p => p.y)));
			const top = nice(most);
			const svg = shape("svg", {viewBox: "0 0 600 100", preserveAspectRatio: "none", role: "img"});
			for (const y of [0.5, 50, 99.5]) svg.append(shape("path", {class: "grid", d: `M0 ${y}H600`}));
			if (stacked) drawn.reverse(); // the whole is behind its parts
			for (const s of drawn) if (s.any) svg.append(...paths(s.points, s.key, at, this.span, top, 600, 100, 1));
			const last = s => s.points.length ? s.points[s.points.length - 1].y : 0;
			svg.setAttribute("aria-label", what + ": " + series.map(s => s.name + " " + rate(last(s))).join(", ") + ", at most " + rate(most) + " " + this.during);
			const parts = [svg, node("span", {class: "top"}, short(top)), node("span", {class: "middle"}, short(top / 2))];
			if (most === 0) parts.push(node("span", {class: "empty"}, this.samples.length < 2 ? "The first figures come in a moment." : "Nothing " + this.during + "."));
			plot.replaceChildren(...parts);
			legend.replaceChildren(...series.map(s => {
				const li = node("li", {});
				li.append(node("i", {class: "key " + s.key}), s.name + " ", node("b", {}, rate(last(s))));
				return li;
			}));
			axis.replaceChildren(node("span", {}, this.ago + " ago"), node("span", {}, what), node("span", {}, "now"));
		}

		latencies(s) {
			const {plot, legend, axis} = this.figure("latency");
			const bounds = s.calls.get.latency.bounds;
			const buckets = s.calls.get.latency.buckets.map((_, i) => this.grown(s => sum(ops.map(op => s.calls[op].latency.buckets[i]))));
			const total = sum(buckets), most = Math.max(1, ...buckets);
			// Show what there is, and not less than up to 5 ms.
			let end = 7;
			for (let i = 0; i < buckets.length; i++) if (buckets[i] > 0) end = Math.max(end, i + 1);
			const name = i => i < bounds.length ? "up to " + latency(bounds[i]) : "more than " + latency(bounds[bounds.length - 1]);
			const columns = node("div", {class: "columns", role: "img", "aria-label": "Calls by how long they took: " +
				(buckets.map((n, i) => n ? name(i) + " " + count(n) : "").filter(Boolean).join(", ") || "none")});
			for (let i = 0; i < end; i++) {
				const svg = shape("svg", {viewBox: "0 0 10 100", preserveAspectRatio: "none"});
				const height = buckets[i] ? Math.max(2, 96 * buckets[i] / most) : 0;
				const title = shape("title", {});
				title.textContent = name(i) + ": " + count(buckets[i]);
				svg.append(title, shape("rect", {x: 0, width: 10, y: 100 - height, height}), shape("path", {class: "grid", d: "M0 99.5H10"}));
				columns.append(svg);
			}
			const parts = [columns];
			if (total === 0) parts.push(node("span", {class: "empty"}, "No calls " + this.during + "."));
			plot.replaceChildren(...parts);
			legend.replaceChildren(...[["p50", 0.5], ["p99", 0.99]].map(([name, share]) => {
				const li = node("li", {});
				li.append(name + " ", node("b", {}, quantile(buckets, bounds, share)));
				return li;
			}));
			axis.replaceChildren(node("span", {}, "up to " + latency(bounds[0])), node("span", {}, "calls " + this.during), node("span", {}, name(end - 1)));
		}
	}

	// The line through some points, and the area below it; nothing if nothing happened.
	function paths(points, series, at, span, top, width, height, inset) {
		const x = p => (width * (1 - (at - p.at) / span)).toFixed(1);
		const y = p => (height - inset - (height - 2 * inset) * Math.min(1, p.y / top)).toFixed(1);
		if (!points.some(p => p.y > 0)) return [];
		let line = "", area = "", start = null;
		points.forEach((p, i) => {
			if (start === null || p.gap) {
				if (start !== null) area += `V${height}H${start}Z`;
				start = x(p);
				line += `M${start} ${y(p)}`;
				area += `M${start} ${height}V${y(p)}`;
			} else {
				line += `L${x(p)} ${y(p)}`;
				area += `L${x(p)} ${y(p)}`;
			}
			if (i === points.length - 1) area += `V${height}H${start}Z`;
		});
		return [shape("path", {class: "area " + series, d: area}), shape("path", {class: "line " + series, d: line})];
	}

	return {Kind, every, put};
})();
