// Calls a server by gRPC-Web with Connect's client, as a page in a browser does: conformance.mjs HTTP_URL DESCRIPTORS, the last a
// google.protobuf.FileDescriptorSet of the definitions.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";

const [baseUrl, descriptors] = process.argv.slice(2);
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(descriptors)));
const transport = createGrpcWebTransport({ baseUrl, defaultTimeoutMs: 10_000 });
const client = (service) => createClient(registry.getService(`dolmen.v1.${service}`), transport);
const [catalog, feedback, recommendation] = ["CatalogService", "FeedbackService", "RecommendationService"].map(client);

/** What a call fails with. */
async function failure(call) {
  try {
    await call;
  } catch (e) {
    assert.ok(e instanceof ConnectError, e);
    return e;
  }
  return assert.fail("the call did not fail");
}

const slots = (...category) => ({ category: { value: { case: "path", value: { token: category } } }, price: { value: { case: "number", value: 39 } } });
const items = [{ itemId: "web-kettle", slots: slots("home", "kitchen") }, { itemId: "web-rug", slots: slots("home", "living") }];
const upserted = await catalog.upsertItemsBatch({ items });
assert.equal(upserted.upserted, 2n);
const click = { eventId: "web-click", sessionId: "web-visit", itemId: "web-kettle", type: 1, time: { seconds: BigInt(Math.floor(Date.now() / 1000)) } };
const published = [await feedback.publishBatch({ events: [click] }), await feedback.publishBatch({ events: [click] })];
const statuses = registry.getEnum("dolmen.v1.Acknowledgement.Status").value;
assert.deepEqual(published.map((one) => statuses[one.acknowledgements[0].status].name), ["STATUS_ACCEPTED", "STATUS_DUPLICATE"]);
const answer = await recommendation.recommend({ session: { events: [{ itemId: "web-kettle", type: 1 }] }, k: 5, noImpression: true });
assert.ok(answer.items.length > 0);
assert.equal((await catalog.getItem({ itemId: "web-rug" })).itemId, "web-rug");

const missing = await failure(catalog.getItem({ itemId: "nö such item" }));
assert.equal(missing.code, Code.NotFound);
assert.match(missing.rawMessage, /nö such item/);
const wrong = await failure(recommendation.recommend({ session: {}, k: 1_000_000 }));
assert.equal(wrong.code, Code.InvalidArgument);
assert.deepEqual(wrong.details.map((one) => one.type), ["google.rpc.BadRequest"]);
assert.equal((await failure(recommendation.recommend({ session: {}, k: 5, noImpression: true }, { timeoutMs: 0.001 }))).code, Code.DeadlineExceeded);
console.log("Connect's client has called by gRPC-Web");
