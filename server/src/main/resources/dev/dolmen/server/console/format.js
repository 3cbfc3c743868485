// Numbers with their units.

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });

export function count(x) {
  const n = Number(x);
  return Math.abs(n) < 100_000 ? whole.format(n) : short.format(n);
}

export function bytes(x) {
  let n = Number(x);
  for (const unit of ["B", "KiB", "MiB", "GiB"]) {
    if (n < 1024 || unit === "GiB") return `${n < 10 && unit !== "B" ? n.toFixed(1) : whole.format(n)} ${unit}`;
    n /= 1024;
  }
  return "";
}

export function millis(x) {
  const n = Number(x);
  if (!Number.isFinite(n)) return "–";
  if (n >= 60_000) return `${(n / 60_000).toFixed(1)} min`;
  if (n >= 1_000) return `${(n / 1_000).toFixed(1)} s`;
  return `${n < 10 ? n.toFixed(1) : whole.format(n)} ms`;
}

export function percent(x, digits = 1) {
  const n = Number(x) * 100;
  return Number.isFinite(n) ? `${n.toFixed(digits)} %` : "–";
}

export function rate(x) {
  return `${x < 10 ? x.toFixed(1) : count(x)} /s`;
}

export function since(iso) {
  const seconds = (Date.now() - Date.parse(iso)) / 1000;
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 90) return `${whole.format(Math.max(0, seconds))} s`;
  if (seconds < 5_400) return `${whole.format(seconds / 60)} min`;
  if (seconds < 129_600) return `${(seconds / 3_600).toFixed(1)} h`;
  return `${(seconds / 86_400).toFixed(1)} days`;
}

export function price(x) {
  return new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(x);
}

/** A name of the API as a person would write it. */
export function words(name) {
  return String(name).replaceAll("_", " ").replace(/^./, (c) => c.toUpperCase());
}
