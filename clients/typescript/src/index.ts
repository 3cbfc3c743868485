import { randomUUID } from "node:crypto";
import {
  type ChannelCredentials,
  type Client,
  type ServiceError,
  credentials as channelCredentials,
  Metadata,
} from "@grpc/grpc-js";
import { CatalogServiceClient } from "./generated/dolmen/v1/catalog.js";
import { EventType, type FeedbackEvent, FeedbackEvent as Events } from "./generated/dolmen/v1/event.js";
import { FeedbackServiceClient } from "./generated/dolmen/v1/feedback.js";
import { RecommendationServiceClient } from "./generated/dolmen/v1/recommendation.js";

export * from "./generated/dolmen/v1/catalog.js";
export * from "./generated/dolmen/v1/event.js";
export * from "./generated/dolmen/v1/feedback.js";
export * from "./generated/dolmen/v1/item.js";
export * from "./generated/dolmen/v1/recommendation.js";

/** Questions, and events, whose ids make one of them however often they come; never a change of the catalog. */
const RETRIES = {
  methodConfig: [
    {
      name: [
        { service: "dolmen.v1.RecommendationService" },
        { service: "dolmen.v1.FeedbackService", method: "PublishBatch" },
        { service: "dolmen.v1.CatalogService", method: "GetItem" },
        { service: "dolmen.v1.CatalogService", method: "ListItems" },
        { service: "dolmen.v1.CatalogService", method: "GetSchema" },
      ],
      retryPolicy: {
        maxAttempts: 3,
        initialBackoff: "0.05s",
        maxBackoff: "0.5s",
        backoffMultiplier: 2,
        retryableStatusCodes: ["UNAVAILABLE"],
      },
    },
  ],
  retryThrottling: { maxTokens: 10, tokenRatio: 0.1 },
};

const MAX_MESSAGE_BYTES = 64 << 20;

export interface Options {
  /** Where the server asks for one. */
  key?: string;
  /** TLS; without it the connection is not encrypted. */
  credentials?: ChannelCredentials;
  /** For each call that names none, milliseconds; 2,000 where it is left out. */
  timeoutMs?: number;
}

/** One unary call of a generated stub. */
type Unary<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: { deadline: Date },
  callback: (error: ServiceError | null, response: Response) => void,
) => unknown;

/** A connection to a server: one for the whole process, to be closed in the end. */
export class Dolmen {
  readonly catalog: CatalogServiceClient;
  readonly feedback: FeedbackServiceClient;
  readonly recommendations: RecommendationServiceClient;
  private readonly metadata = new Metadata();
  private readonly timeoutMs: number;

  /** @param target HOST:PORT */
  constructor(target: string, options: Options = {}) {
    const credentials = options.credentials ?? channelCredentials.createInsecure();
    const channel = {
      "grpc.service_config": JSON.stringify(RETRIES),
      "grpc.enable_retries": 1,
      "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    };
    this.catalog = new CatalogServiceClient(target, credentials, channel);
    this.feedback = new FeedbackServiceClient(target, credentials, channel);
    this.recommendations = new RecommendationServiceClient(target, credentials, channel);
    this.timeoutMs = options.timeoutMs ?? 2_000;
    if (options.key !== undefined) {
      this.metadata.set("authorization", `Bearer ${options.key}`);
    }
  }

  /**
   * Calls a method of one of the stubs, with the key and a deadline.
   *
   * @example client.call(client.recommendations, client.recommendations.recommend, request)
   */
  call<Request, Response>(
    stub: Client,
    method: Unary<Request, Response>,
    request: Request,
    timeoutMs: number = this.timeoutMs,
  ): Promise<Response> {
    const deadline = new Date(Date.now() + timeoutMs);
    return new Promise((resolve, reject) => {
      method.call(stub, request, this.metadata, { deadline }, (error, response) =>
        error === null ? resolve(response) : reject(error),
      );
    });
  }

  /** Ends the connection. */
  close(): void {
    this.catalog.close();
    this.feedback.close();
    this.recommendations.close();
  }
}

/** What a visitor did just now, with an id of its own: sent again after a failure, it is learned once. */
export function event(
  sessionId: string,
  itemId: string,
  more: { type?: EventType; requestId?: string } = {},
): FeedbackEvent {
  return Events.create({
    eventId: randomUUID(),
    sessionId,
    itemId,
    type: more.type ?? EventType.EVENT_TYPE_CLICK,
    time: new Date(),
    requestId: more.requestId ?? "",
  });
}
