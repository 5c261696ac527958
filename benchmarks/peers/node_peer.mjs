// Measures one of the JavaScript engines: HOME ENGINE TEMPLATE DATA SECONDS OUTPUT, JSON on stdout.
// Each engine is used as its documentation says, from the template's bytes and the JSON text to the document's bytes.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { promisify } from "node:util";

const [home, engine, templatePath, dataPath, seconds, output] = process.argv.slice(2);
const require = createRequire(join(home, "node_modules", "here.js"));

const engines = {
  docxtemplater() {
    const PizZip = require("pizzip");
    const Docxtemplater = require("docxtemplater");
    return async (template, data) => {
      const document = new Docxtemplater(new PizZip(template), { paragraphLoop: true, linebreaks: true });
      document.render(JSON.parse(data));
      return document.getZip().generate({ type: "nodebuffer", compression: "DEFLATE" });
    };
  },
  "easy-template-x"() {
    const { TemplateHandler } = require("easy-template-x");
    const handler = new TemplateHandler();
    return (template, data) => handler.process(template, JSON.parse(data));
  },
  carbone() {
    // It reads the template from a file itself; there is no other way in.
    const carbone = require("carbone");
    const render = promisify(carbone.render.bind(carbone));
    return (_template, data) => render(templatePath, JSON.parse(data));
  },
};

// As in timing.py: what resourceUsage says may be the memory of the program that started this one.
function peakMegabytes() {
  const status = "/proc/self/status";
  const found = existsSync(status) && readFileSync(status, "utf8").match(/^VmHWM:\s+(\d+) kB$/m);
  return ((found ? Number(found[1]) : process.resourceUsage().maxRSS) * 1024) / 1e6;
}

const template = readFileSync(templatePath);
const data = readFileSync(dataPath, "utf8");
const render = engines[engine]();

let start = performance.now();
let document = await render(template, data);
const first = performance.now() - start;
const limit = Number(seconds) * 1000;
const times = [];
const cpuBefore = process.cpuUsage();
start = performance.now();
for (;;) {
  const before = performance.now();
  document = await render(template, data);
  const now = performance.now();
  times.push(now - before);
  const passed = now - start;
  if (passed >= limit && (times.length >= 5 || passed >= limit * 10)) break;
}
const cpu = process.cpuUsage(cpuBefore);
writeFileSync(output, document);
times.sort((a, b) => a - b);
const middle = times.length >> 1;
const median = times.length % 2 ? times[middle] : (times[middle - 1] + times[middle]) / 2;
console.log(
  JSON.stringify({
    median_ms: median,
    min_ms: times[0],
    cpu_ms: (cpu.user + cpu.system) / 1000 / times.length,
    first_ms: first,
    docs_per_s: (times.length * 1000) / times.reduce((sum, time) => sum + time, 0),
    peak_rss_mb: peakMegabytes(),
    out_bytes: document.length,
  }),
);
process.exit(0);
