"use strict";
(() => {
	const {Kind, every, put} = charts;
	const kinds = Array.from(document.querySelectorAll("article.sessions"), a => new Kind(a));
	const live = document.getElementById("live"), pulse = document.getElementById("pulse"), pause = document.getElementById("pause");
	let timer = 0, asking = false, paused = false, failures = 0;

	// The page's own address, with what a guard may look for in it.
	function address(query) {
		const url = new URL(location.href);
		url.hash = "";
		if (query) url.searchParams.set(query, "");
		return url;
	}

	function state(name, text) {
		live.className = "live " + name;
		put(pulse, text);
	}

	// One question at a time: a slow server is not asked again before it has answered.
	async function ask() {
		clearTimeout(timer);
		if (asking || paused || document.hidden) return;
		asking = true;
		try {
			const response = await fetch(address("figures"), {cache: "no-store", signal: AbortSignal.timeout(10000)});
			if (!response.ok) throw new Error("status " + response.status);
			const answer = await response.json();
			if (answer.sessions.length !== kinds.length) throw new Error("another page");
			const at = Date.parse(answer.at);
			answer.sessions.forEach((stats, i) => kinds[i].take(at, stats));
			failures = 0;
			if (!paused) state("", "Live");
		} catch (error) {
			failures++;
			if (!paused) state("broken", "No answer; trying again");
		} finally {
			asking = false;
			if (!paused && !document.hidden) timer = setTimeout(ask, Math.min(30000, every * 2 ** Math.min(failures, 4)));
		}
	}

	live.hidden = false;
	pause.addEventListener("click", () => {
		paused = !paused;
		pause.setAttribute("aria-pressed", String(paused));
		put(pause, paused ? "Go on" : "Pause");
		state(paused ? "paused" : "", paused ? "Paused" : "Live");
		ask();
	});
	document.addEventListener("visibilitychange", ask);
	// A page that comes back from the browser's memory must not bring back values.
	addEventListener("pageshow", event => { if (event.persisted) location.reload(); });

	// Values come into the page as it is, so that a reload shows none.
	document.addEventListener("submit", async event => {
		const form = event.target, own = form.closest(".own");
		if (!own) return;
		event.preventDefault();
		const body = new URLSearchParams(new FormData(form, event.submitter));
		for (const button of form.querySelectorAll("button")) button.disabled = true;
		try {
			const response = await fetch(address(), {method: "POST", body, cache: "no-store"});
			const page = new DOMParser().parseFromString(await response.text(), "text/html");
			const fresh = page.getElementById(own.id);
			if (!response.ok || !fresh) throw new Error("status " + response.status);
			own.replaceWith(document.adoptNode(fresh));
			document.getElementById(own.id).querySelector("h3").focus({preventScroll: true});
		} catch (error) {
			const said = form.querySelector("[data-failed]");
			said.hidden = false;
			put(said, "The values did not come: " + error.message + ". Try again.");
			for (const button of form.querySelectorAll("button")) button.disabled = false;
		}
	});

	ask();
})();
