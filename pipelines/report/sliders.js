// Sliders over the plan: planFigures says what they ask for; what was measured greys out while one differs.
const form = document.getElementById("what-if"), inputs = form ? [...form.querySelectorAll("input[type=range]")] : [];
const say = (name, text) => { const out = form.querySelector(`[data-out="${name}"]`); if (out) out.textContent = text; };
const number = (value, digits = 0) => value === null ? "–"
  : value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
function show() {
  const p = JSON.parse(document.getElementById("plan-inputs").textContent), share = p.marketing_share;
  for (const i of inputs) {
    const [group, key] = i.name.split("."), holder = { rates: p.rates, effort: p.effort, plan: p }[group];
    if (holder && i.value !== i.defaultValue) holder[key] = Number(i.value);
    i.nextElementSibling.textContent = i.dataset.kind === "share" ? number(100 * i.value, 1) + " %" : number(Number(i.value));
  }
  const figures = planFigures(p), team = form.elements["team.reps"];
  figures.required.forEach((records, i) => say("stage" + i, number(records)));
  say("mqls_per_week", number(figures.mqls_per_week, 2));
  say("reps", figures.reps === null ? "–" : `${figures.reps} (${number(figures.reps_exact, 2)})`);
  if (team && figures.reps_exact) say("reached", number(Math.min(1, team.value / figures.reps_exact) * p.revenue * share));
  const differs = inputs.some(i => i.value !== i.defaultValue);
  document.body.classList.toggle("differs", differs);
  history.replaceState(null, "", "#" + (differs ? inputs.map(i => `${i.name}=${i.value}`).join("&") : ""));
}
// A browser rounds what a range holds; only what a reader moves may differ from the night's figures.
for (const input of inputs) input.defaultValue = input.value;
for (const [name, value] of new URLSearchParams(location.hash.slice(1)))
  for (const input of inputs) if (input.name === name) input.value = value;
if (form) { show(); form.addEventListener("input", show); form.addEventListener("reset", () => setTimeout(show)); }
