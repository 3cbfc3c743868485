package dev.dolmen.server.data;

import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.v1.Item;
import java.io.Closeable;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The catalogue of a dataset: the items of its metadata file, then those that are only clicked. */
public final class DatasetItems implements Closeable {
  private final @Nullable ItemReader metadata;
  private final Set<String> bare;
  private @Nullable Iterator<String> rest;

  /** Opens the metadata file, if there is one. */
  public DatasetItems(RecBoleDataset dataset, InteractionProfile profile, Schema schema)
      throws IOException {
    metadata = dataset.itemFile() == null ? null : ItemReader.open(dataset.itemFile(), schema);
    bare = new LinkedHashSet<>(profile.items());
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
        return item;
      }
      rest = bare.iterator();
    }
    return rest.hasNext() ? Item.newBuilder().setItemId(rest.next()).build() : null;
  }

  @Override
  public void close() throws IOException {
    if (metadata != null) {
      metadata.close();
    }
  }
}
