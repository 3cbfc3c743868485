package dev.dolmen.server.data;

import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.v1.Item;
import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The catalogue of a dataset: the items of its metadata file, then those that are only clicked. Of
 * an item with several lines the last one counts, but for fields that are empty there.
 */
public final class DatasetItems implements Closeable {
  private final @Nullable ItemReader metadata;
  private final Set<String> bare;
  private final Set<String> duplicates;
  private final Map<String, Item> merged = new HashMap<>();
  private @Nullable Iterator<String> rest;

  /** Opens the metadata file, if there is one. */
  public DatasetItems(RecBoleDataset dataset, InteractionProfile profile, Schema schema)
      throws IOException {
    this(dataset, profile, schema, duplicates(dataset));
  }

  /** The same where it is known which items have several lines. */
  DatasetItems(
      RecBoleDataset dataset, InteractionProfile profile, Schema schema, Set<String> duplicates)
      throws IOException {
    ImportOptions options = profile.rules().options();
    metadata =
        dataset.itemFile() == null
            ? null
            : ItemReader.open(dataset.itemFile(), schema, options, Refusals.passing(options));
    bare = new LinkedHashSet<>(profile.items());
    this.duplicates = duplicates;
  }

  private static Set<String> duplicates(RecBoleDataset dataset) throws IOException {
    return dataset.itemFile() == null ? Set.of() : ItemSurvey.read(dataset.itemFile()).duplicates();
  }

  /** Columns of the metadata that the schema has no slot for. */
  public List<String> ignored() {
    return metadata == null ? List.of() : metadata.ignored();
  }

  /** The next item, or null at the end. */
  public @Nullable Item next() throws IOException {
    if (rest == null) {
      Item item = metadata == null ? null : metadata.next();
      if (item != null) {
        bare.remove(item.getItemId());
        return duplicates.contains(item.getItemId()) ? merged(item) : item;
      }
      rest = bare.iterator();
    }
    return rest.hasNext() ? Item.newBuilder().setItemId(rest.next()).build() : null;
  }

  private Item merged(Item item) {
    return merged.merge(
        item.getItemId(),
        item,
        (before, now) -> before.toBuilder().putAllSlots(now.getSlotsMap()).build());
  }

  @Override
  public void close() throws IOException {
    if (metadata != null) {
      metadata.close();
    }
  }
}
