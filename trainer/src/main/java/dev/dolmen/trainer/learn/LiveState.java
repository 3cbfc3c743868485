package dev.dolmen.trainer.learn;

import dev.dolmen.model.item.ItemVectorReader;
import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.store.EmbeddingReader;
import dev.dolmen.trainer.Engine;
import dev.dolmen.trainer.catalog.Catalog;
import dev.dolmen.trainer.session.SessionStore;
import dev.dolmen.trainer.signals.CoVisits;

/** The read side of an {@link Engine}: what it has learned so far, for any thread. */
public final class LiveState {
  private final Schema schema;
  private final FeatureExtractor features;
  private final Catalog catalog;
  private final ItemVectorReader vectors;
  private final SessionStore sessions;
  private final EmbeddingReader table;
  private final CoVisits coVisits;
  private volatile Published published;
  private volatile int[] popular = {};

  LiveState(
      Schema schema,
      FeatureExtractor features,
      Catalog catalog,
      ItemVectorReader vectors,
      SessionStore sessions,
      EmbeddingReader table,
      CoVisits coVisits,
      Published published) {
    this.schema = schema;
    this.features = features;
    this.catalog = catalog;
    this.vectors = vectors;
    this.sessions = sessions;
    this.table = table;
    this.coVisits = coVisits;
    this.published = published;
  }

  /** The slots of items and visits. */
  public Schema schema() {
    return schema;
  }

  /** Turns items and contexts into fids. */
  public FeatureExtractor features() {
    return features;
  }

  /** Items by id and index. */
  public Catalog catalog() {
    return catalog;
  }

  /** Vectors by the catalogue's index. */
  public ItemVectorReader vectors() {
    return vectors;
  }

  /** The last events of each session. */
  public SessionStore sessions() {
    return sessions;
  }

  /** Embedding rows. */
  public EmbeddingReader table() {
    return table;
  }

  /** Items visited together. */
  public CoVisits coVisits() {
    return coVisits;
  }

  /** The newest model. */
  public Published published() {
    return published;
  }

  /**
   * Catalogue indexes of the items clicked most of late, best first, at most 1,000; for visitors of
   * whom nothing is known. Not written to.
   */
  public int[] popular() {
    return popular;
  }

  void publishPopular(int[] indexes) {
    popular = indexes;
  }

  public void publish(Published next) {
    published = next;
  }
}
