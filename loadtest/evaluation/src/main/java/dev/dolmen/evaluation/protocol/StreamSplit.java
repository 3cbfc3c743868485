package dev.dolmen.evaluation.protocol;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Clicks in event time, in windows: what was learned before is asked about what comes (the
 * incremental evaluation of Transformers4Rec, RecSys 2021, section 4). Sessions are read as there:
 * an item counts once a session, the first {@value #CLICKS_MAX} items count, sessions of one item
 * are left out. An item is a candidate from when it is learned first, unless the session has
 * clicked it already: read so, it cannot be the target. Three readings say what is known when a
 * prediction is asked; the first window asks none, and on demand none of those in which a first
 * part of the clicks lies.
 */
public final class StreamSplit {
  /** Sessions belong as a whole to the window in which they begin; windows before are learned. */
  public static final String PAPER = "paper";

  /** Of a click's window nothing is known, of those before it every click. */
  public static final String STRICT = "strict";

  /** Every click is learned at the moment at which it happens. */
  public static final String LIVE = "live";

  /** All readings. */
  public static final List<String> READINGS = List.of(PAPER, STRICT, LIVE);

  /** Items of a session that count. */
  public static final int CLICKS_MAX = 20;

  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final List<EvalClick> clicks;
  private final List<List<EvalClick>> sessions;
  private final long windowMs;
  private final long cellMs;
  private final long fromMs;
  private final int windows;
  private final int lastUnasked;

  /**
   * Sets it up.
   *
   * @param clicks in order of time, at least one
   * @param windowMs length of a window
   * @param cellMs within which what is learned live comes into effect
   * @param after clicks that are only learned, with the rest of the last one's window: less than
   *     all
   */
  public StreamSplit(List<EvalClick> clicks, long windowMs, long cellMs, int after) {
    this.clicks = clicks;
    this.windowMs = windowMs;
    this.cellMs = cellMs;
    sessions = clean(clicks);
    long first = clicks.getFirst().timeMs();
    fromMs = first - Math.floorMod(first, windowMs);
    windows = windowOf(clicks.getLast()) + 1;
    lastUnasked = after == 0 ? 0 : windowOf(clicks.get(after - 1));
  }

  /** Sessions as they are read, in order of their first click. */
  public static List<List<EvalClick>> clean(List<EvalClick> clicks) {
    List<List<EvalClick>> sessions = new ArrayList<>();
    for (List<EvalClick> session : HistorySplits.sessions(clicks).values()) {
      Set<Integer> items = new HashSet<>();
      List<EvalClick> kept =
          session.stream().filter(c -> items.add(c.item())).limit(CLICKS_MAX).toList();
      if (kept.size() > 1) {
        sessions.add(kept);
      }
    }
    return sessions;
  }

  /** The plan of a reading. */
  public Plan plan(String reading) {
    return switch (reading) {
      case PAPER -> new Building(reading).paper();
      case STRICT -> new Building(reading).strict();
      case LIVE -> new Building(reading).live();
      default -> throw new IllegalArgumentException("reading: " + reading);
    };
  }

  private int windowOf(EvalClick click) {
    return (int) Math.max(0, (click.timeMs() - fromMs) / windowMs);
  }

  /** A plan in the making. */
  private final class Building {
    private final String reading;
    private final Plan.Steps steps = new Plan.Steps();
    private final List<Prediction> predictions = new ArrayList<>();
    private final List<EvalClick> stream = new ArrayList<>();
    private final int[] learned = new int[HistorySplits.counts(clicks).length];

    Building(String reading) {
      this.reading = reading;
    }

    Plan paper() {
      Map<Integer, List<List<EvalClick>>> byWindow = new TreeMap<>();
      for (List<EvalClick> session : sessions) {
        byWindow.computeIfAbsent(windowOf(session.getFirst()), w -> new ArrayList<>()).add(session);
      }
      byWindow.forEach((window, begun) -> {
        for (List<EvalClick> session : begun) {
          for (int target = 1; target < session.size(); target++) {
            ask(session, target, window);
          }
        }
        begun.stream()
            .flatMap(List::stream)
            .sorted((a, b) -> Long.compare(a.timeMs(), b.timeMs()))
            .forEach(this::learn);
        steps.settle();
      });
      return plan();
    }

    Plan strict() {
      IdentityHashMap<EvalClick, Place> places = places();
      for (int from = 0, to; from < clicks.size(); from = to) {
        int window = windowOf(clicks.get(from));
        to = from;
        while (to < clicks.size() && windowOf(clicks.get(to)) == window) {
          to++;
        }
        List<EvalClick> now = clicks.subList(from, to);
        for (EvalClick click : now) {
          ask(places.get(click), window);
        }
        now.forEach(this::learn);
        steps.settle();
      }
      return plan();
    }

    Plan live() {
      IdentityHashMap<EvalClick, Place> places = places();
      long cell = Long.MIN_VALUE;
      for (EvalClick click : clicks) {
        long now = Math.floorDiv(click.timeMs(), cellMs);
        if (now != cell) {
          steps.settle();
          cell = now;
        }
        ask(places.get(click), windowOf(click));
        learn(click);
      }
      return plan();
    }

    private void learn(EvalClick click) {
      steps.learn(stream.size());
      stream.add(click);
      learned[click.item()]++;
    }

    private void ask(@Nullable Place place, int window) {
      if (place != null && place.at > 0) {
        ask(place.session, place.at, window);
      }
    }

    private void ask(List<EvalClick> session, int target, int window) {
      if (window > lastUnasked) {
        steps.ask(predictions.size());
        predictions.add(
            new Prediction(session, target, window, learned[session.get(target).item()]));
      }
    }

    private Plan plan() {
      List<String> names = new ArrayList<>();
      for (int w = 0; w < windows; w++) {
        names.add(NAME.format(Instant.ofEpochMilli(fromMs + w * windowMs)));
      }
      return new Plan(
          reading,
          new BitSet(),
          new BitSet(),
          List.of(),
          stream,
          predictions,
          predictions.size(),
          steps,
          true,
          windows,
          List.copyOf(names));
    }
  }

  /** Where a click stands in its session. */
  private record Place(List<EvalClick> session, int at) {}

  /** By identity: a session may click one item twice in a millisecond. */
  private IdentityHashMap<EvalClick, Place> places() {
    IdentityHashMap<EvalClick, Place> places = new IdentityHashMap<>();
    for (List<EvalClick> session : sessions) {
      for (int at = 0; at < session.size(); at++) {
        places.put(session.get(at), new Place(session, at));
      }
    }
    return places;
  }
}
