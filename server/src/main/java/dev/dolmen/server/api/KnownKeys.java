package dev.dolmen.server.api;

import dev.dolmen.parameterstore.feature.ShownText;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.server.config.UnknownKeys;
import dev.dolmen.server.config.UnknownKeys.Handling;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.ScoreRequest;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import dev.dolmen.v1.SimilarRequest;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leaves out of messages the keys that the schema does not know, where the configuration says so,
 * and counts them; what it returns is what it was given if there is nothing to leave out. The names
 * of the first {@value #NAMES_MAX} keys are kept, as callers choose them. Any thread.
 */
final class KnownKeys {
  static final int NAMES_MAX = 64;
  static final String OTHERS = "others";
  private static final Logger LOG = LoggerFactory.getLogger(KnownKeys.class);

  private final Schema schema;
  private final UnknownKeys config;
  private final ConcurrentHashMap<String, LongAdder> dropped = new ConcurrentHashMap<>();
  private final Counter events;
  private final Counter requests;
  private final Counter items;

  KnownKeys(Schema schema, UnknownKeys config, MeterRegistry meters) {
    this.schema = schema;
    this.config = config;
    events = counter("events", meters);
    requests = counter("requests", meters);
    items = counter("items", meters);
  }

  private static Counter counter(String in, MeterRegistry meters) {
    return Counter.builder("dolmen.unknown.keys")
        .description("Keys that the schema does not know and that were dropped, by where they were")
        .tag("in", in)
        .register(meters);
  }

  /** Dropped keys by where they were and their name: how often. */
  Map<String, Long> dropped() {
    Map<String, Long> counts = new TreeMap<>();
    dropped.forEach((key, n) -> counts.put(key, n.sum()));
    return counts;
  }

  FeedbackEvent event(FeedbackEvent event) {
    List<String> unknown = unknownContext(event.getContextMap().keySet(), config.events());
    if (unknown.isEmpty()) {
      return event;
    }
    FeedbackEvent.Builder known = event.toBuilder();
    for (String key : unknown) {
      known.removeContext(key);
      count("events context", key, events);
    }
    return known.build();
  }

  /** An item for the catalogue. */
  Item item(Item item) {
    return item(item, config.items(), "items slots", items);
  }

  RecommendRequest request(RecommendRequest request) {
    return config.requests() == Handling.REFUSE || !request.hasSession()
        ? request
        : request.toBuilder().setSession(session(request.getSession())).build();
  }

  ScoreRequest request(ScoreRequest request) {
    if (config.requests() == Handling.REFUSE) {
      return request;
    }
    ScoreRequest.Builder known = request.toBuilder();
    if (request.hasSession()) {
      known.setSession(session(request.getSession()));
    }
    for (int i = 0; i < request.getItemsCount(); i++) {
      known.setItems(i, inline(request.getItems(i)));
    }
    return known.build();
  }

  SimilarRequest request(SimilarRequest request) {
    return config.requests() == Handling.REFUSE || !request.hasItem()
        ? request
        : request.toBuilder().setItem(inline(request.getItem())).build();
  }

  private SessionContext session(SessionContext session) {
    SessionContext.Builder known = session.toBuilder();
    for (String key : unknownContext(session.getContextMap().keySet(), config.requests())) {
      known.removeContext(key);
      count("requests context", key, requests);
    }
    for (int i = 0; i < session.getEventsCount(); i++) {
      SessionEvent event = session.getEvents(i);
      List<String> unknown = unknownContext(event.getContextMap().keySet(), config.requests());
      if (!unknown.isEmpty()) {
        SessionEvent.Builder without = event.toBuilder();
        for (String key : unknown) {
          without.removeContext(key);
          count("requests context", key, requests);
        }
        known.setEvents(i, without);
      }
    }
    for (int i = 0; i < session.getItemsCount(); i++) {
      known.setItems(i, inline(session.getItems(i)));
    }
    return known.build();
  }

  private Item inline(Item item) {
    return item(item, config.requests(), "requests slots", requests);
  }

  private Item item(Item item, Handling handling, String where, Counter counter) {
    if (handling == Handling.REFUSE) {
      return item;
    }
    Item known = item;
    for (String slot : item.getSlotsMap().keySet()) {
      if (schema.slotOf(slot) < 0) {
        known = known.toBuilder().removeSlots(slot).build();
        count(where, slot, counter);
      }
    }
    return known;
  }

  private List<String> unknownContext(Collection<String> keys, Handling handling) {
    return handling == Handling.REFUSE || keys.isEmpty()
        ? List.of()
        : keys.stream().filter(key -> !isContext(key)).toList();
  }

  private boolean isContext(String key) {
    int slot = schema.slotOf(key);
    return slot >= 0 && schema.slots().get(slot).kind() == SlotKind.CONTEXT;
  }

  private void count(String where, String key, Counter counter) {
    counter.increment();
    String name = where + '[' + ShownText.of(key) + ']';
    LongAdder known = dropped.get(name);
    if (known == null) {
      boolean room = dropped.size() < NAMES_MAX;
      known = dropped.computeIfAbsent(room ? name : OTHERS, k -> new LongAdder());
      if (room) {
        LOG.warn("{} is no slot of the schema and is dropped from now on; status counts it", name);
      }
    }
    known.increment();
  }
}
