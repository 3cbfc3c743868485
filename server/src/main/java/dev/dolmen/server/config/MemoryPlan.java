package dev.dolmen.server.config;

import dev.dolmen.model.item.ItemVectors;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.store.TableMemory;
import dev.dolmen.trainer.catalog.CatalogOptions;
import dev.dolmen.trainer.catalog.ItemBytes;
import dev.dolmen.trainer.catalog.SearchIndex;
import dev.dolmen.trainer.log.EventIdWindow;
import dev.dolmen.trainer.session.SessionOptions;
import dev.dolmen.trainer.session.SessionStore;
import dev.dolmen.trainer.signals.CoVisits;
import java.util.ArrayList;
import java.util.List;
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

  /**
   * What one part takes.
   *
   * @param name as the status calls it
   * @param key that bounds it
   * @param bytes at most
   * @param heap whether it is on the heap
   * @param asked whether the key is a size in bytes that somebody has set
   */
  public record Part(String name, String key, long bytes, boolean heap, boolean asked) {}

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
    boolean rows = catalog.index() == SearchIndex.CELLS;
    long vectorBytes = new ItemVectors(config.model().width(), catalog.scan(), rows).itemBytes();
    List<Part> parts = new ArrayList<>();
    parts.add(new Part("catalog", "catalog.max_bytes", itemBytes, true, catalog.maxBytes() != 0));
    parts.add(
        new Part(
            "catalog_deleted",
            "catalog.deleted_bytes",
            catalog.deletedBytes(),
            true,
            catalog.deletedBytes() != CatalogOptions.defaults().deletedBytes()));
    parts.add(new Part("item_vectors", "catalog.max_items", items * vectorBytes, true, false));
    parts.add(new Part("co_visits", "catalog.max_items", CoVisits.bytesMax(items), true, false));
    parts.add(
        new Part(
            "past_sessions", "catalog.max_items", CoVisits.sessionBytesMax(items), true, false));
    parts.add(
        new Part(
            "event_ids",
            "log.deduplication_events",
            EventIdWindow.bytesMax(config.engine().log().deduplicationEvents()),
            true,
            false));
    long sessionBytes = SessionStore.bytesMax(config.model().maxSessionLength());
    parts.add(
        new Part(
            "sessions",
            "sessions.max_sessions",
            sessions.maxSessions() * sessionBytes,
            true,
            false));
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

  private static void addTable(Slot slot, List<Part> parts) {
    if (slot.rows().dim() > 0) {
      boolean asked = slot.rows().maxBytes() != 0;
      String key = "schema.slots." + slot.name() + (asked ? ".max_bytes" : ".max_rows");
      long bytes = TableMemory.bytesMax(slot.rows());
      parts.add(new Part("table " + slot.name(), key, bytes, false, asked));
    }
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
        problems.add(
            part.key
                + ": "
                + HumanUnits.format(part.bytes)
                + (part.heap
                    ? " of a heap of " + mebibytes(room)
                    : " of the " + mebibytes(room) + " that the machine has next to the heap")
                + ", expected at most "
                + mebibytes(most));
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
