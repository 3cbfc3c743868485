package dev.dolmen.server.config;

import dev.dolmen.model.item.ItemVectors;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.parameterstore.store.TableMemory;
import dev.dolmen.trainer.catalog.CatalogOptions;
import dev.dolmen.trainer.catalog.ItemBytes;
import dev.dolmen.trainer.catalog.SearchIndex;
import dev.dolmen.trainer.impressions.ImpressionJoiner;
import dev.dolmen.trainer.log.EventIdWindow;
import dev.dolmen.trainer.log.LogOptions;
import dev.dolmen.trainer.session.ContextInterner;
import dev.dolmen.trainer.session.SessionOptions;
import dev.dolmen.trainer.session.SessionStore;
import dev.dolmen.trainer.signals.ClickCounts;
import dev.dolmen.trainer.signals.CoVisits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a configuration can make the process hold at most, by part and key, and which of its bounds
 * do not fit the heap or the machine. Bounds that nobody has set are no promise: what is refused
 * are those that somebody has.
 *
 * @param parts the largest first
 */
public record MemoryPlan(List<Part> parts) {
  /** Of the heap, what one bound may be: the collector needs room, too. */
  private static final double SHARE_MAX = 0.75;

  /** Of the heap, for the model, its training step and calls of an empty server. */
  private static final long HEAP_LEAST = 96L << 20;

  /**
   * Next to the heap: 150 MiB or more are classes, compiled code and threads. With less a start may
   * still come to an end, and the first clicks then end the process.
   */
  private static final long BESIDES_LEAST = 224L << 20;

  /**
   * What one part takes.
   *
   * @param name as the status calls it
   * @param key that bounds it
   * @param bytes at most
   * @param heap whether it is on the heap
   * @param asked whether somebody has set the key
   * @param number what the key counts; 0 if it is a size in bytes
   */
  public record Part(
      String name, String key, long bytes, boolean heap, boolean asked, long number) {
    /** Of a key that is a size in bytes. */
    Part(String name, String key, long bytes, boolean heap, boolean asked) {
      this(name, key, bytes, heap, asked, 0);
    }

    /** Of a key that counts what takes so many bytes each, on the heap. */
    static Part counted(String name, String key, long number, long usual, long bytes) {
      return new Part(name, key, bytes, true, number != usual, number);
    }
  }

  /**
   * The parts of a configuration.
   *
   * @param heapBytes of the process
   */
  public static MemoryPlan of(DolmenConfig config, long heapBytes) {
    CatalogOptions catalog = config.catalog();
    SessionOptions sessions = config.sessions();
    MemoryLimits calls = config.server().limits().memory();
    long itemBytes = catalog.maxBytes() == 0 ? heapBytes / 3 : catalog.maxBytes();
    long items = Math.min(catalog.maxItems(), itemBytes / ItemBytes.LEAST);
    List<Part> parts = new ArrayList<>();
    parts.add(new Part("catalog", "catalog.max_bytes", itemBytes, true, catalog.maxBytes() != 0));
    parts.add(
        new Part(
            "catalog_deleted",
            "catalog.deleted_bytes",
            catalog.deletedBytes(),
            true,
            catalog.deletedBytes() != CatalogOptions.defaults().deletedBytes()));
    addItems(catalog, items, itemVectorBytes(config), parts);
    addSessions(config, items, parts);
    addLog(config.log(), parts);
    parts.add(
        new Part(
            "sessions_seen",
            "sessions.seen_bytes",
            sessions.seenBytes(),
            true,
            sessions.seenBytes() != SessionOptions.defaults().seenBytes()));
    parts.add(
        new Part(
            "calls",
            "server.limits.max_bytes_in_flight",
            calls.processBytes(heapBytes, config.server().limits().maxMessageBytes()),
            true,
            calls.maxBytesInFlight() != 0));
    parts.add(
        new Part(
            "snapshot_copies",
            "snapshots.copy_bytes",
            config.snapshots().copyBytes(),
            false,
            false));
    for (Slot slot : config.schema().slots()) {
      addTable(slot, parts);
    }
    parts.sort((a, b) -> Long.compare(b.bytes, a.bytes));
    return new MemoryPlan(List.copyOf(parts));
  }

  private static long itemVectorBytes(DolmenConfig config) {
    boolean rows = config.catalog().index() == SearchIndex.CELLS;
    return new ItemVectors(config.model().width(), config.catalog().scan(), rows).itemBytesAtMost();
  }

  /**
   * What each item takes for certain is refused if the heap cannot hold it; few have as many
   * neighbors as they may have.
   *
   * @param items that there can be, by the bytes that they take in the catalog
   */
  private static void addItems(
      CatalogOptions catalog, long items, long vectorBytes, List<Part> parts) {
    String key = "catalog.max_items";
    int usual = CatalogOptions.defaults().maxItems();
    boolean asked = catalog.maxItems() != usual;
    long all = asked ? catalog.maxItems() : items;
    parts.add(Part.counted("item_vectors", key, catalog.maxItems(), usual, all * vectorBytes));
    parts.add(
        Part.counted("click_counts", key, catalog.maxItems(), usual, ClickCounts.bytesMax(all)));
    parts.add(new Part("co_visits", key, CoVisits.bytesMax(items), true, false));
  }

  private static void addSessions(DolmenConfig config, long items, List<Part> parts) {
    SessionOptions sessions = config.sessions();
    SessionOptions usual = SessionOptions.defaults();
    long sessionBytes = SessionStore.bytesMax(config.model().maxSessionLength());
    parts.add(
        Part.counted(
            "sessions",
            "sessions.max_sessions",
            sessions.maxSessions(),
            usual.maxSessions(),
            sessions.maxSessions() * sessionBytes));
    parts.add(
        Part.counted(
            "past_sessions",
            "sessions.max_past_sessions",
            sessions.maxPastSessions(),
            usual.maxPastSessions(),
            CoVisits.sessionBytesMax(items, sessions.maxPastSessions())));
    long values =
        config.schema().slots().stream().filter(slot -> slot.kind() == SlotKind.CONTEXT).count();
    parts.add(
        Part.counted(
            "contexts",
            "sessions.max_contexts",
            sessions.maxContexts(),
            usual.maxContexts(),
            sessions.maxContexts() * ContextInterner.bytesMax(values)));
    parts.add(
        Part.counted(
            "impressions",
            "sessions.max_impressions",
            sessions.maxImpressions(),
            usual.maxImpressions(),
            ImpressionJoiner.waitingBytesMax(sessions.maxImpressions())));
    parts.add(
        Part.counted(
            "late impressions",
            "sessions.max_late_impressions",
            sessions.maxLateImpressions(),
            usual.maxLateImpressions(),
            ImpressionJoiner.lateBytesMax(sessions.maxLateImpressions())));
    parts.add(
        Part.counted(
            "early events",
            "sessions.max_early_events",
            sessions.maxEarlyEvents(),
            usual.maxEarlyEvents(),
            ImpressionJoiner.earlyBytesMax(sessions.maxEarlyEvents())));
  }

  private static void addLog(LogOptions log, List<Part> parts) {
    parts.add(
        Part.counted(
            "event_ids",
            "log.deduplication_events",
            log.deduplicationEvents(),
            LogOptions.defaults().deduplicationEvents(),
            EventIdWindow.bytesMax(log.deduplicationEvents())));
  }

  private static void addTable(Slot slot, List<Part> parts) {
    if (slot.rows().dim() > 0) {
      boolean asked = slot.rows().maxBytes() != 0;
      String key = "schema.slots." + slot.name() + (asked ? ".max_bytes" : ".max_rows");
      long bytes = TableMemory.bytesMax(slot.rows());
      parts.add(new Part("table " + slot.name(), key, bytes, false, asked));
    }
  }

  /**
   * Whether a server can work at all in so much memory, whatever its configuration.
   *
   * @param heapBytes of the process
   * @param machineBytes of the machine, or the container
   * @return what is wrong; empty if nothing is
   */
  public static Optional<String> tooSmall(long heapBytes, long machineBytes) {
    return heapBytes >= HEAP_LEAST && machineBytes - heapBytes >= BESIDES_LEAST
        ? Optional.empty()
        : Optional.of(
            "memory: "
                + mebibytes(machineBytes)
                + " of the machine or container, a heap of "
                + mebibytes(heapBytes)
                + " and "
                + mebibytes(machineBytes - heapBytes)
                + " next to it, expected a heap of "
                + mebibytes(HEAP_LEAST)
                + " and "
                + mebibytes(BESIDES_LEAST)
                + " next to it at least: 384MiB of memory have both");
  }

  /** Bytes of all parts on the heap, or off it. */
  public long bytes(boolean heap) {
    return parts.stream().filter(part -> part.heap == heap).mapToLong(Part::bytes).sum();
  }

  /**
   * What does not fit.
   *
   * @param heapBytes of the process
   * @param machineBytes of the machine, or the container
   * @return a line for each bound, none if all fit
   */
  public List<String> problems(long heapBytes, long machineBytes) {
    List<String> problems = new ArrayList<>();
    for (Part part : parts) {
      long room = part.heap ? heapBytes : machineBytes - heapBytes;
      long most = part.heap ? (long) (SHARE_MAX * room) : room;
      if (part.asked && part.bytes > most) {
        problems.add(part.number > 0 ? tooMany(part, room, most) : tooLarge(part, room, most));
      }
    }
    long asked = parts.stream().filter(p -> p.asked && p.heap).mapToLong(Part::bytes).sum();
    if (problems.isEmpty() && asked > heapBytes) {
      List<String> keys = parts.stream().filter(p -> p.asked && p.heap).map(Part::key).toList();
      problems.add(
          String.join(", ", keys)
              + ": "
              + mebibytes(asked)
              + " together of a heap of "
              + mebibytes(heapBytes)
              + ", expected less");
    }
    return problems;
  }

  private static String tooLarge(Part part, long room, long most) {
    return part.key
        + ": "
        + HumanUnits.format(part.bytes)
        + (part.heap
            ? " of a heap of " + mebibytes(room)
            : " of the " + mebibytes(room) + " that the machine has next to the heap")
        + ", expected at most "
        + mebibytes(most);
  }

  private static String tooMany(Part part, long room, long most) {
    double each = (double) part.bytes / part.number;
    return part.key
        + ": "
        + part.number
        + ", which can take "
        + mebibytes(part.bytes)
        + " ("
        + part.name
        + ") of a heap of "
        + mebibytes(room)
        + ", expected at most "
        + (long) (most / each);
  }

  /** All parts in one line, the largest first. */
  public String text() {
    return parts.stream()
        .map(p -> p.name + " " + mebibytes(p.bytes) + (p.heap ? "" : " off it"))
        .collect(Collectors.joining(", "));
  }

  /** Whole mebibytes, as messages say them. */
  public static String mebibytes(long bytes) {
    return (Math.max(0, bytes) >> 20) + "MiB";
  }
}
