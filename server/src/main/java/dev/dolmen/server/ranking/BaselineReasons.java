package dev.dolmen.server.ranking;

import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.server.budget.Caller;
import dev.dolmen.server.index.TopK;
import dev.dolmen.trainer.alternatives.RankerKind;
import dev.dolmen.trainer.alternatives.RankerReader;
import dev.dolmen.trainer.catalog.CatalogItem;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.trainer.session.SessionSteps;
import dev.dolmen.v1.ExplainedEvent;
import dev.dolmen.v1.Explanation;
import dev.dolmen.v1.SlotValue;
import java.util.ArrayList;
import java.util.List;
import org.agrona.collections.Int2IntHashMap;

/**
 * Why items have their scores where the model does not rank: the baseline is asked again, by each
 * of its parts, and without each of the session's last events. Reused by one thread.
 */
final class BaselineReasons {
  private static final int NO_RANK = -1;

  private final LiveState live;
  private final RankerReader reader;
  private final ExplainedEvents events = new ExplainedEvents();
  private final ScoreParts parts = new ScoreParts();
  private final Int2IntHashMap ranks = new Int2IntHashMap(NO_RANK);
  private final List<String> names = new ArrayList<>();
  private final List<float[]> byPart = new ArrayList<>();
  private final List<float[]> without = new ArrayList<>();
  private Found found = new Found(0, 0);
  private boolean behind;

  /**
   * Where the items of an answer come from, by rank.
   *
   * @param byBaseline so many first ones a baseline has evidence for
   * @param popular those up to this one are clicked most; those behind it are the newest
   */
  record Found(int byBaseline, int popular) {}

  BaselineReasons(LiveState live, RankerReader reader) {
    this.live = live;
    this.reader = reader;
  }

  /**
   * Begins with an answer.
   *
   * @param ranker that gave it
   * @param nowSec event time
   * @param top sorted
   * @param caller asked before each question to the baseline
   */
  void begin(
      RankerKind ranker,
      String sessionId,
      EncodedSession session,
      long nowSec,
      TopK top,
      Found foundItems,
      Caller caller) {
    found = foundItems;
    behind = ranker.isTaught();
    SessionSteps steps = session.steps();
    int[] read = new int[steps.length()];
    int known = 0;
    for (int i = 0; i < steps.length() && session.used() > 0; i++) {
      read[known] = i;
      known += isKnown(steps, i) ? 1 : 0;
    }
    events.of(steps, read, known, this::id);
    names.clear();
    byPart.clear();
    without.clear();
    if (found.byBaseline > 0) {
      ask(ranker, sessionId, steps, nowSec, top, caller);
    }
  }

  private boolean isKnown(SessionSteps steps, int step) {
    return steps.item(step) >= 0 && live.catalog().item(steps.item(step)) != null;
  }

  private String id(int item) {
    CatalogItem known = live.catalog().item(item);
    return known == null ? "" : known.id();
  }

  private void ask(
      RankerKind ranker,
      String sessionId,
      SessionSteps steps,
      long nowSec,
      TopK top,
      Caller caller) {
    ranks.clear();
    for (int rank = 0; rank < found.byBaseline; rank++) {
      ranks.put(top.index(rank), rank);
    }
    names.addAll(reader.parts(ranker));
    add(sessionId, steps, -1);
    for (String name : names) {
      caller.checkWaiting();
      byPart.add(scores(reader.rankBy(ranker, name, nowSec)));
    }
    for (int e = events.firstLeftOut(); e < events.size(); e++) {
      caller.checkWaiting();
      add(sessionId, steps, events.step(e));
      without.add(scores(reader.rank(ranker, nowSec)));
    }
  }

  private void add(String sessionId, SessionSteps steps, int leftOut) {
    reader.begin(sessionId);
    for (int i = 0; i < steps.length(); i++) {
      if (i != leftOut && steps.item(i) >= 0) {
        reader.add(steps.item(i), steps.timeMs(i));
      }
    }
  }

  /** Of the items of the answer, by rank; 0 without evidence. */
  private float[] scores(int n) {
    float[] scores = new float[found.byBaseline];
    for (int i = 0; i < n; i++) {
      int rank = ranks.get(reader.item(i));
      if (rank != NO_RANK) {
        scores[rank] = reader.score(i);
      }
    }
    return scores;
  }

  /** The events that are told apart. */
  List<ExplainedEvent> events() {
    return events.list();
  }

  /** Why the item at a rank of the answer has its score. */
  Explanation of(int rank, CatalogItem item, float score) {
    parts.begin();
    int first = events.firstLeftOut();
    for (int e = first; e < events.size(); e++) {
      double others = rank < found.byBaseline ? without.get(e - first)[rank] : score;
      parts.addContribution((double) score - others);
    }
    if (rank < found.byBaseline) {
      addEvidence(rank, item.id(), score);
    } else {
      if (behind) {
        parts.add(PartName.BEHIND, BaselineSearch.BEHIND, -1);
      }
      parts.add(rank < found.popular ? PartName.POPULARITY : PartName.NEWNESS, score, -1);
    }
    String part = parts.largest();
    String about = part.equals(PartName.NEWNESS) ? category(item) : events.item(parts.event());
    return parts.end(PartName.reason(part, events.isPurchase(parts.event())), about);
  }

  /** The last part that is there brings the sum to the score. */
  private void addEvidence(int rank, String id, float score) {
    int last = names.size() - 1;
    while (last > 0 && byPart.get(last)[rank] == 0) {
      last--;
    }
    float sum = 0;
    for (int p = 0; p <= last; p++) {
      float part = byPart.get(p)[rank];
      sum += part;
      if (part != 0 || p == last) {
        String name = names.get(p);
        int event = name.equals(PartName.REPEATS) ? lastAbout(id) : mostContributing();
        parts.add(name, p == last ? score : sum, event);
      }
    }
  }

  private int mostContributing() {
    return parts.mostContributing(events.firstLeftOut());
  }

  private int lastAbout(String id) {
    int event = events.size() - 1;
    while (event >= 0 && !events.item(event).equals(id)) {
      event--;
    }
    return event;
  }

  /** The narrowest category of an item, by the first slot that has one; empty without one. */
  private String category(CatalogItem item) {
    Schema schema = live.schema();
    for (int slot = 0; slot < schema.slots().size(); slot++) {
      SlotKind kind = schema.slots().get(slot).kind();
      SlotValue value =
          kind == SlotKind.CATEGORY_PATH || kind == SlotKind.CATEGORY ? item.value(slot) : null;
      if (value != null && value.hasPath() && value.getPath().getTokenCount() > 0) {
        return value.getPath().getToken(value.getPath().getTokenCount() - 1);
      }
      if (value != null && !value.getToken().isEmpty()) {
        return value.getToken();
      }
    }
    return "";
  }
}
