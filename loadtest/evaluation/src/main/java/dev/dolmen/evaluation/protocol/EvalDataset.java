package dev.dolmen.evaluation.protocol;

import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.server.data.DatasetImport;
import dev.dolmen.server.data.DatasetItems;
import dev.dolmen.server.data.EventWriter;
import dev.dolmen.server.data.ImportOptions;
import dev.dolmen.server.data.ImportReport;
import dev.dolmen.server.data.Interaction;
import dev.dolmen.server.data.InteractionProfile;
import dev.dolmen.server.data.Interactions;
import dev.dolmen.server.data.RecBoleDataset;
import dev.dolmen.server.data.TimeScale;
import dev.dolmen.trainer.session.SessionStep;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Item;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A dataset in memory: its clicks in order, and its items with their metadata. The schema and all
 * that is inferred for it come from the part that is learned; the other part is only read if it is
 * asked for.
 */
public final class EvalDataset {
  /** Which file of the dataset is predicted. */
  public enum Held {
    /** None: there is one file, or only the first is of interest. */
    NONE,
    /** NAME.valid.inter, without a look at the test part. */
    VALIDATION,
    /** NAME.test.inter. */
    TEST
  }

  private final DatasetImport read;
  private final EventWriter writer;
  private final Map<String, Integer> items = new HashMap<>();
  private final List<Item> metadata = new ArrayList<>();
  private final Map<String, String> texts = new HashMap<>();
  private final Map<List<String>, List<String>> contexts = new HashMap<>();
  private List<EvalClick> learned = List.of();
  private List<EvalClick> held = List.of();
  private int sessions;

  private EvalDataset(DatasetImport read) {
    this.read = read;
    writer = read.events();
  }

  /** Reads a dataset as files are read without options. */
  public static EvalDataset read(
      Path folder, @Nullable Schema schema, Held which, long limit, LongConsumer progress)
      throws IOException {
    return read(folder, ImportOptions.DEFAULT, schema, which, limit, progress);
  }

  /**
   * Reads a dataset.
   *
   * @param options how its files are read
   * @param schema of items and visits; null to infer it
   * @param limit clicks at most, of each part
   * @param progress told the number of clicks read
   * @throws IOException if a file cannot be read, too much of it is refused, or there is no such
   *     part
   */
  public static EvalDataset read(
      Path folder,
      ImportOptions options,
      @Nullable Schema schema,
      Held which,
      long limit,
      LongConsumer progress)
      throws IOException {
    RecBoleDataset all = RecBoleDataset.find(folder);
    RecBoleDataset kept = new RecBoleDataset(all.name(), learnedParts(all, which), all.itemFile());
    EvalDataset dataset = learning(kept, options, schema, limit, progress);
    if (which != Held.NONE) {
      List<Path> parts = all.parts().stream().filter(p -> isHeld(p, which)).toList();
      if (parts.isEmpty()) {
        throw new IOException(folder + ": no file " + all.name() + suffix(which) + " or .gz");
      }
      RecBoleDataset apart = new RecBoleDataset(all.name(), parts, all.itemFile());
      dataset.held = dataset.clicks(apart, dataset.read.profileOf(apart, limit), progress);
    }
    dataset.readItems();
    return dataset;
  }

  /**
   * Reads a dataset whose rows are pairs of user and item without times: their places in the file
   * are taken for times.
   *
   * @param options how its files are read
   * @param schema of items and visits; null to infer it
   * @param progress told the number of pairs read
   * @throws IOException if a file cannot be read, too much of it is refused, or there are times
   */
  public static EvalDataset readPairs(
      Path folder, ImportOptions options, @Nullable Schema schema, LongConsumer progress)
      throws IOException {
    RecBoleDataset all = RecBoleDataset.find(folder);
    try (PlacedPairs placed = PlacedPairs.of(all)) {
      EvalDataset dataset = learning(placed.dataset(), options, schema, Long.MAX_VALUE, progress);
      dataset.readItems();
      return dataset;
    }
  }

  private static EvalDataset learning(
      RecBoleDataset kept,
      ImportOptions options,
      @Nullable Schema schema,
      long limit,
      LongConsumer progress)
      throws IOException {
    DatasetImport read =
        DatasetImport.look(kept, options, schema, limit, (rows, share) -> progress.accept(rows))
            .require();
    EvalDataset dataset = new EvalDataset(read);
    dataset.learned = dataset.clicks(kept, read.profile(), progress);
    return dataset;
  }

  /** Whether the dataset has a file for this. */
  public static boolean has(Path folder, Held which) throws IOException {
    return RecBoleDataset.find(folder).parts().stream().anyMatch(p -> isHeld(p, which));
  }

  private static String suffix(Held which) {
    return which == Held.TEST ? ".test.inter" : ".valid.inter";
  }

  private static boolean isHeld(Path part, Held which) {
    return String.valueOf(part.getFileName()).contains(suffix(which));
  }

  /** The validation part is learned where the test part is what is predicted. */
  private static List<Path> learnedParts(RecBoleDataset all, Held which) {
    return all.parts().stream()
        .filter(p -> !isHeld(p, Held.TEST))
        .filter(p -> which != Held.VALIDATION || !isHeld(p, Held.VALIDATION))
        .toList();
  }

  private List<EvalClick> clicks(
      RecBoleDataset from, InteractionProfile profile, LongConsumer progress) throws IOException {
    List<EvalClick> clicks = new ArrayList<>();
    Map<String, Integer> numbers = new HashMap<>();
    try (Interactions in = new Interactions(from, profile, writer.columns())) {
      for (Interaction row = in.next(); row != null; row = in.next()) {
        if (!SessionStep.isStep(row.type())) {
          continue;
        }
        Interaction kept = shared(row);
        int item = items.computeIfAbsent(kept.item(), id -> items.size());
        int session = numbers.computeIfAbsent(kept.session(), id -> sessions++);
        clicks.add(new EvalClick(session, item, timeScale().toMillis(kept.time()), kept));
        progress.accept(clicks.size());
      }
    }
    return clicks;
  }

  /** The same row with one copy of each text, as the whole dataset stays in memory. */
  private Interaction shared(Interaction row) {
    List<String> context =
        contexts.computeIfAbsent(
            row.context(), values -> values.stream().map(this::shared).toList());
    return row.withTexts(shared(row.session()), shared(row.user()), shared(row.item()), context);
  }

  private String shared(String text) {
    String before = texts.putIfAbsent(text, text);
    return before == null ? text : before;
  }

  /** Items that are clicked, with what the file says of them, or nothing but their id. */
  private void readItems() throws IOException {
    Item[] all = new Item[items.size()];
    try (DatasetItems in = read.items()) {
      for (Item item = in.next(); item != null; item = in.next()) {
        Integer number = items.get(item.getItemId());
        if (number != null) {
          all[number] = item;
        }
      }
    }
    items.forEach((id, number) -> {
      if (all[number] == null) {
        all[number] = Item.newBuilder().setItemId(id).build();
      }
    });
    metadata.addAll(Arrays.asList(all));
  }

  /** What reading the part that may be learned came to. */
  public ImportReport report() {
    return read.report();
  }

  /** Name of the dataset. */
  public String name() {
    return read.dataset().name();
  }

  /** The slots of items and visits. */
  public Schema schema() {
    return read.schema();
  }

  /** What the timestamps are. */
  public TimeScale timeScale() {
    return read.profile().timeScale();
  }

  /** Items that are clicked in either part. */
  public int items() {
    return metadata.size();
  }

  /** The item of a number. */
  public Item item(int number) {
    return metadata.get(number);
  }

  /** The number of an item that is clicked. */
  public int itemNumber(String id) {
    Integer number = items.get(id);
    if (number == null) {
      throw new IllegalArgumentException("no item \"" + id + "\" in " + name());
    }
    return number;
  }

  /** The clicks of the part that may be learned, in order. */
  public List<EvalClick> learned() {
    return learned;
  }

  /** The clicks of the part that is predicted, in order; empty if there is none. */
  public List<EvalClick> held() {
    return held;
  }

  /** A click as the server gets it. */
  public FeedbackEvent event(EvalClick click) {
    return writer.event(click.row());
  }
}
