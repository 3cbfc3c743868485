package dev.dolmen.server;

import dev.dolmen.trainer.catalog.CatalogItem;
import dev.dolmen.trainer.catalog.CatalogReader;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Made-up visits to items that there are, of which the server knows nothing. One thread. */
final class RehearsalRequests {
  private static final int EVENTS_MAX = 10;
  private static final int K = 20;

  /** Each so many requests, one looks at all items, whatever index there is. */
  private static final int EXACT_EVERY = 8;

  /** Looks for an item before a visit goes without: most indexes have one. */
  private static final int TRIES = 100;

  private final CatalogReader catalog;
  private final SplittableRandom random;
  private int requests;

  RehearsalRequests(LiveState live, long seed) {
    catalog = live.catalog();
    random = new SplittableRandom(seed);
  }

  RecommendRequest next() {
    int number = requests++;
    SessionContext.Builder session = SessionContext.newBuilder().setSessionId("visit-" + number);
    int events = 1 + number % EVENTS_MAX;
    for (int i = 0; i < events; i++) {
      String item = anyItem();
      if (item != null) {
        session.addEvents(
            SessionEvent.newBuilder().setItemId(item).setType(EventType.EVENT_TYPE_CLICK));
      }
    }
    return RecommendRequest.newBuilder()
        .setSession(session)
        .setK(K)
        .setExactSearch(number % EXACT_EVERY == 0)
        .build();
  }

  private @Nullable String anyItem() {
    int limit = catalog.indexLimit();
    for (int tries = 0; tries < TRIES && limit > 0; tries++) {
      CatalogItem item = catalog.item(random.nextInt(limit));
      if (item != null) {
        return item.id();
      }
    }
    return null;
  }
}
