// Holds rendered Kubernetes objects to the schemas of Kubernetes' API and of Prometheus' operator: manifests.mjs FILE...
// Each file has YAML documents, as kubectl kustomize and helm template print them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";

/** The class of an object, whose validate knows its schema. */
async function modelOf({ apiVersion, kind }) {
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  const from = group === "monitoring.coreos.com" ? `@kubernetes-models/prometheus-operator/${group}/${version}` : `kubernetes-models/${group ? `${group}/` : ""}${version}`;
  return (await import(`${from}/${kind}`))[kind];
}

/** What a schema has against an object; empty if nothing. */
async function complaint(object) {
  const model = await modelOf(object);
  try {
    new model(object).validate();
    return "";
  } catch (e) {
    return e.message;
  }
}

for (const file of process.argv.slice(2)) {
  const objects = parseAllDocuments(readFileSync(file, "utf8")).map((document) => document.toJS()).filter(Boolean);
  assert.ok(objects.length > 3, `${file} has ${objects.length} objects`);
  for (const object of objects) assert.equal(await complaint(object), "", `${file}: ${object.kind} ${object.metadata.name}`);
  // That a mistake is seen.
  for (const object of objects.filter((one) => one.kind !== "ConfigMap")) {
    const broken = structuredClone(object);
    broken.metadata.labels = { number: 1 };
    assert.notEqual(await complaint(broken), "", `${file}: ${object.kind} may have a number as a label`);
  }
  console.log(`${file.split("/").at(-1)}: ${objects.length} objects, ${[...new Set(objects.map((one) => one.kind))].sort().join(", ")}`);
}
