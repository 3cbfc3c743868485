// A Prometheus that has a week of figures of a server, made up, and goes on with what it scrapes of it.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const HOUR = 3_600;

/** How it did at a time, in seconds: days have busy hours, and it was away for four of them. */
function state(at, end) {
  const agoHours = (end - at) / HOUR;
  if (agoHours > 50 && agoHours < 54) return null;
  return {
    busy: 1 + 0.8 * Math.sin((at / (24 * HOUR)) * 2 * Math.PI) + 0.1 * Math.sin(at / 700),
    peak: agoHours > 9 && agoHours < 10 ? 1 : 0,
    upHours: agoHours >= 54 ? 168 - agoHours : 50 - agoHours,
  };
}

/** The metrics, as OpenMetrics has them. */
function openMetrics(labels, end) {
  const times = [];
  for (let at = end - 7 * 24 * HOUR; at < end - 2 * HOUR; at += 120) times.push(at);
  for (let at = end - 2 * HOUR; at <= end; at += 30) times.push(at);
  const states = times.map((at) => ({ at, now: state(at, end) })).filter(({ now }) => now);
  const lines = [];
  const lineOf = (name, more, value, at) => `${name}{${[labels, more].filter(Boolean).join(",")}} ${value} ${at}`;
  const gauge = (name, more, value) => {
    lines.push(`# TYPE ${name} gauge`, ...states.map(({ at, now }) => lineOf(name, more, value(now), at)));
  };
  /** Counts from the last start on. value: a second. */
  const counters = (name, all) => {
    lines.push(`# TYPE ${name} unknown`);
    for (const [more, value] of all) {
      let sum = 0;
      states.forEach(({ at, now }, i) => {
        const before = states[i - 1];
        sum = before && before.now.upHours < now.upHours ? sum + value(now) * (at - before.at) : 0;
        lines.push(lineOf(name, more, sum, at));
      });
    }
  };
  const good = 'method="Recommend",status="OK"';
  counters("dolmen_events_learned_total", [["", (now) => 40 * now.busy]]);
  counters("dolmen_requests_seconds_count", [[good, (now) => 25 * now.busy], [good.replace("OK", "UNAVAILABLE"), (now) => 0.1 + 2 * now.peak]]);
  counters("dolmen_requests_seconds_sum", [[good, (now) => 25 * now.busy * (0.004 + 0.002 * now.busy + 0.03 * now.peak)]]);
  gauge("dolmen_freshness_p99_seconds", "", (now) => 0.12 + 0.05 * now.busy + 0.9 * now.peak);
  gauge("dolmen_lag_records", "", (now) => Math.round(20 * now.busy + 4_000 * now.peak));
  gauge("dolmen_validation_recall_at_20", 'span="window"', (now) => 0.22 + 0.1 * (1 - Math.exp(-now.upHours / 20)));
  gauge("dolmen_validation_predictions", 'span="window"', () => 20_000);
  gauge("process_resident_memory_bytes", "", (now) => Math.round((600 + 1.5 * now.upHours) * 2 ** 20));
  gauge("dolmen_build_info", "", () => 1);
  return `${lines.join("\n")}\n# EOF\n`;
}

/**
 * Starts it.
 *
 * @param {string} work a folder of its own
 * @param {number} port to listen on
 * @param {number} scraped port of the server's metrics
 * @param {string} key that the server wants for them
 */
export function startPrometheus(work, port, scraped, key) {
  mkdirSync(work, { recursive: true });
  const target = `127.0.0.1:${scraped}`;
  const past = join(work, "past.txt");
  writeFileSync(past, openMetrics(`job="dolmen",instance="${target}"`, Math.floor(Date.now() / 30_000) * 30 - 30));
  execFileSync("promtool", ["tsdb", "create-blocks-from", "openmetrics", "--quiet", past, join(work, "data")], { stdio: ["ignore", "ignore", "inherit"] });
  const config = join(work, "prometheus.yaml");
  writeFileSync(config, `global: {scrape_interval: 1s}
scrape_configs:
  - job_name: dolmen
    authorization: {credentials: ${key}}
    static_configs: [{targets: ["${target}"]}]
  - job_name: itself
    static_configs: [{targets: ["127.0.0.1:${port}"]}]
`);
  return spawn("prometheus", [`--config.file=${config}`, `--storage.tsdb.path=${join(work, "data")}`, `--web.listen-address=127.0.0.1:${port}`,
    "--storage.tsdb.retention.time=60d", "--log.level=error"], { detached: true, stdio: "inherit" });
}
