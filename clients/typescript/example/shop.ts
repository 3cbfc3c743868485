// A shop's backend: tells the server its products and clicks, and asks what to show. Run with HOST:PORT of a server.
import {
  Acknowledgement_Status,
  Dolmen,
  event,
  Item,
  PublishRequest,
  RecommendRequest,
  type RecommendResponse,
  UpsertItemsRequest,
} from "../src/index.js";

class Shop {
  constructor(private readonly client: Dolmen) {}

  /** A product is on sale: it can be recommended from here on. */
  async onSale(itemId: string, category: string[], price: number): Promise<void> {
    const item = Item.create({ itemId, slots: { category: { path: { token: category } }, price: { number: price } } });
    const { catalog } = this.client;
    const answer = await this.client.call(
      catalog,
      catalog.upsertItemsBatch,
      UpsertItemsRequest.create({ items: [item] }),
      10_000,
    );
    if (answer.rejected !== "0") throw new Error(answer.errors[0]?.message);
  }

  /** A visitor clicked: acknowledged once the click is safe, learned a moment later. */
  async onClick(visit: string, itemId: string, requestId: string): Promise<void> {
    const { feedback } = this.client;
    const request = PublishRequest.create({ events: [event(visit, itemId, { requestId })] });
    const [acknowledged] = (await this.client.call(feedback, feedback.publishBatch, request)).acknowledgements;
    const { STATUS_ACCEPTED, STATUS_DUPLICATE } = Acknowledgement_Status;
    if (acknowledged?.status !== STATUS_ACCEPTED && acknowledged?.status !== STATUS_DUPLICATE) {
      throw new Error(acknowledged?.message);
    }
  }

  /** What to show next on this visit, and why. */
  show(visit: string, k: number): Promise<RecommendResponse> {
    const { recommendations } = this.client;
    const request = RecommendRequest.create({ session: { sessionId: visit }, k, explain: true });
    return this.client.call(recommendations, recommendations.recommend, request);
  }
}

async function main(target: string): Promise<void> {
  const client = new Dolmen(target, { timeoutMs: 10_000 });
  try {
    const shop = new Shop(client);
    const kettles = ["home", "kitchen", "kettles"];
    await shop.onSale("ts-kettle-1", kettles, 59);
    await shop.onSale("ts-kettle-2", kettles, 39);
    await shop.onSale("ts-rug-1", ["home", "living", "rugs"], 180);
    const first = await shop.show("ts-visit", 3);
    await shop.onClick("ts-visit", "ts-kettle-1", first.requestId);
    let answer = await shop.show("ts-visit", 3);
    while (answer.sessionEventsUsed === 0) {
      await new Promise((soon) => setTimeout(soon, 50)); // Until the click's batch is learned.
      answer = await shop.show("ts-visit", 3);
    }
    for (const item of answer.items) {
      const total = (item.explanation?.parts ?? []).reduce((sum, part) => sum + part.value, 0);
      if (total !== item.score) throw new Error(`${item.itemId}: parts add up to ${total}, the score is ${item.score}`);
      const why = `${item.explanation?.reason} ${item.explanation?.about}`.trimEnd();
      console.log(`${item.itemId}  ${item.score.toFixed(3)}  ${why}`);
    }
    if (answer.items.some((item) => item.itemId === "ts-kettle-1")) throw new Error("what the visit has seen comes back");
  } finally {
    client.close();
  }
}

await main(process.argv[2] ?? "localhost:7070");
