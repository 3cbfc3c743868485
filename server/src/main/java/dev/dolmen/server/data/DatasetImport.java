package dev.dolmen.server.data;

import dev.dolmen.parameterstore.feature.SlotTokens;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.v1.Item;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A dataset that was looked at as a whole, before anything is made of it: the one way in which
 * files are trained from, replayed, evaluated and tuned on. What the look refuses is left out of
 * every pass that follows. One thread.
 */
public final class DatasetImport {
  private final RecBoleDataset dataset;
  private final ClickSurvey clicks;
  private final @Nullable ItemSurvey items;
  private final Schema schema;
  private final boolean inferred;
  private final Map<String, Long> cut;
  private ImportReport report;

  private DatasetImport(
      RecBoleDataset dataset,
      ClickSurvey clicks,
      @Nullable ItemSurvey items,
      Schema schema,
      boolean inferred,
      Map<String, Long> cut)
      throws IOException {
    this.dataset = dataset;
    this.clicks = clicks;
    this.items = items;
    this.schema = schema;
    this.inferred = inferred;
    this.cut = cut;
    report = new ImportNotes(dataset, clicks, items, schema, inferred, cut).report();
  }

  /**
   * Reads the items for what is refused of them; the items themselves come again.
   *
   * @return values of which the schema reads a part, by slot: how many
   */
  private static Map<String, Long> checkItems(
      Path file, Schema schema, ImportOptions options, Refusals refusals) throws IOException {
    Map<String, Long> cut = new TreeMap<>();
    try (ItemReader in = ItemReader.open(file, schema, options, refusals)) {
      for (Item item = in.next(); item != null; item = in.next()) {
        SlotTokens.cut(schema, item).forEach(slot -> cut.merge(slot, 1L, Long::sum));
      }
    }
    return cut;
  }

  /**
   * Looks at a dataset and refuses nothing.
   *
   * @param schema of items and visits; null to infer it
   * @param limit clicks at most, the first ones
   * @throws IOException if a file cannot be read, or its header does not fit
   */
  public static DatasetImport look(
      RecBoleDataset dataset,
      ImportOptions options,
      @Nullable Schema schema,
      long limit,
      InteractionProfile.ReadProgress progress)
      throws IOException {
    ClickSurvey clicks = ClickSurvey.read(dataset, options, limit, progress);
    try (Refusals refusals = clicks.refusals()) {
      Path file = dataset.itemFile();
      ItemSurvey items = file == null ? null : ItemSurvey.read(file);
      Schema given =
          schema == null ? SchemaInference.infer(dataset, clicks.profile(), items) : schema;
      Map<String, Long> cut = file == null ? Map.of() : checkItems(file, given, options, refusals);
      return new DatasetImport(dataset, clicks, items, given, schema == null, cut);
    }
  }

  /**
   * Goes on only if what was found may be learned.
   *
   * @return this
   * @throws RefusedDataException if lines are broken, or too many say what cannot be, and the
   *     options do not say that they are left out; or if nothing is left
   */
  public DatasetImport require() throws RefusedDataException {
    RefusedDataException.check(dataset, clicks);
    return this;
  }

  /**
   * Looks at other interaction files of the same dataset, by the same rules. The report says from
   * then on what is not taken of them, too.
   *
   * @throws RefusedDataException as of {@link #require}
   */
  public InteractionProfile profileOf(RecBoleDataset other, long limit) throws IOException {
    ClickSurvey more = ClickSurvey.readMore(other, clicks.profile().rules(), limit);
    InteractionProfile profile = more.require(other);
    clicks.refusals().addAll(more.refusals());
    report = new ImportNotes(dataset, clicks, items, schema, inferred, cut).report();
    return profile;
  }

  /** The files. */
  public RecBoleDataset dataset() {
    return dataset;
  }

  /** What was found in the interaction files. */
  public InteractionProfile profile() {
    return clicks.profile();
  }

  /** The slots of items and visits. */
  public Schema schema() {
    return schema;
  }

  /** What the look came to. */
  public ImportReport report() {
    return report;
  }

  /** Whether the files name an item, clicked or described. */
  public boolean names(String itemId) {
    return profile().items().contains(itemId) || (items != null && items.ids().contains(itemId));
  }

  /** Opens the catalogue. */
  public DatasetItems items() throws IOException {
    Set<String> duplicates = items == null ? Set.of() : items.duplicates();
    return new DatasetItems(dataset, profile(), schema, duplicates);
  }

  /**
   * The catalogue in the order in which it comes; the interactions are read once for that.
   *
   * @param batchEvents clicks that are learned together at most: no item arrives within so many
   *     before its first one
   * @param seed of what is drawn where no births are known
   */
  public ItemArrivals arrivals(int batchEvents, long seed) throws IOException {
    return new ItemArrivals(this, batchEvents, seed);
  }

  /** Opens the interactions; their context is what the schema has slots for. */
  public Interactions interactions() {
    return new Interactions(dataset, profile(), events().columns());
  }

  /** Makes events of interactions. */
  public EventWriter events() {
    return new EventWriter(dataset, profile().timeScale(), schema, profile().contexts());
  }
}
