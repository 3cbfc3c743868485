package dev.dolmen.trainer.learn;

import dev.dolmen.model.item.ItemVectorReader;
import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.store.EmbeddingReader;
import dev.dolmen.trainer.catalog.CatalogReader;
import dev.dolmen.trainer.session.SessionReader;
import dev.dolmen.trainer.signals.CoVisitReader;
import dev.dolmen.trainer.signals.ContentReader;
import dev.dolmen.trainer.stream.StreamState;
import java.util.function.LongSupplier;

/** What a learner has learned so far, to be read by any thread while it learns on. */
public final class LiveState {
  private final Schema schema;
  private final StreamState stream;
  private final ItemVectorReader vectors;
  private final EmbeddingReader table;
  private final VersionSwitch versions;
  private volatile Published published;
  private volatile int[] popular = {};
  private volatile LongSupplier staleness = () -> 0;

  LiveState(
      Schema schema,
      StreamState stream,
      ItemVectorReader vectors,
      EmbeddingReader table,
      Published published) {
    this(schema, stream, vectors, table, VersionSwitch.none(), published);
  }

  /**
   * The read side of something that does not learn itself.
   *
   * @param versions keeps requests from seeing two
   */
  public LiveState(
      Schema schema,
      StreamState stream,
      ItemVectorReader vectors,
      EmbeddingReader table,
      VersionSwitch versions,
      Published published) {
    this.versions = versions;
    this.schema = schema;
    this.stream = stream;
    this.vectors = vectors;
    this.table = table;
    this.published = published;
  }

  /** The slots of items and visits. */
  public Schema schema() {
    return schema;
  }

  /** Turns items and contexts into fids. */
  public FeatureExtractor features() {
    return stream.features();
  }

  /** Items by id and index. */
  public CatalogReader catalog() {
    return stream.catalog();
  }

  /** Vectors by the catalogue's index. */
  public ItemVectorReader vectors() {
    return vectors;
  }

  /** The last events of each session. */
  public SessionReader sessions() {
    return stream.sessions();
  }

  /** Embedding rows. */
  public EmbeddingReader table() {
    return table;
  }

  /** Items visited together. */
  public CoVisitReader coVisits() {
    return stream.coVisits();
  }

  /** Which items have what metadata. */
  public ContentReader content() {
    return stream.content();
  }

  /**
   * Variance of the logarithm of how often an item is clicked, for want of clicks on it; see {@link
   * dev.dolmen.trainer.signals.ClickCounts#variance}.
   *
   * @param item index in the catalogue, negative for one that is not there
   */
  public double priorVariance(int item) {
    return stream.popularity().variance(item);
  }

  /** The newest model. */
  public Published published() {
    return published;
  }

  /**
   * Catalogue indexes of the items clicked most over a longer time, best first, at most 1,000, and
   * as many as 3,000 more where some have been deleted and may come back; for visitors of whom
   * nothing is known. Not written to.
   */
  public int[] popular() {
    return popular;
  }

  /** Where {@link #stalenessMs} is from, before anybody asks. */
  public void stalenessBy(LongSupplier ms) {
    staleness = ms;
  }

  /**
   * For how long the oldest record that is not learned has been known to this process, about,
   * milliseconds; 0 if everything is learned. Any thread.
   */
  public long stalenessMs() {
    return staleness.getAsLong();
  }

  /** What keeps a request from seeing two versions. */
  public VersionSwitch versions() {
    return versions;
  }

  /** Makes other items those clicked most. The writer. */
  public void publishPopular(int[] indexes) {
    popular = indexes;
  }

  /** Makes another model the newest. The writer. */
  public void publish(Published next) {
    published = next;
  }
}
