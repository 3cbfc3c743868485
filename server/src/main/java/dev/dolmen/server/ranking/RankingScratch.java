package dev.dolmen.server.ranking;

import dev.dolmen.model.Workspace;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.data.SessionInput;
import dev.dolmen.model.layer.SignalNetwork;
import dev.dolmen.server.index.ItemIndex;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.trainer.signals.SessionSignals;

/** Everything one ranking thread writes to. */
final class RankingScratch {
  final ItemIndex.Scratch index = new ItemIndex.Scratch();
  final Workspace workspace = new Workspace();
  final SessionTokens tokens = new SessionTokens();
  final FeatureGatherer items;
  final FeatureGatherer contexts;
  final SessionInput session;
  final float[] query;

  /** The query, projected for chances of clicks. */
  final float[] clickQuery;

  final float[] itemVector;

  /** Items of the tokens that are read, as in {@link SessionTokens#item}. */
  final int[] usedItem;

  final SessionSignals signals;
  final float[] learnedSignals = new float[SignalNetwork.PARAMETERS];

  /** Vectors of items that came with the request, row-major [inline items, D]. */
  float[] inlineVectors = new float[0];

  int[] candidates = new int[0];

  RankingScratch(LiveState live, ModelOptions options) {
    items =
        new FeatureGatherer(
            live.table(), live.features().itemColumns(), live.schema().idSlot(), options.idGate());
    contexts = new FeatureGatherer(live.table(), live.features().contextColumns(), -1, false);
    session = new SessionInput(contexts.block, contexts.rows);
    query = new float[options.width()];
    clickQuery = new float[options.width()];
    itemVector = new float[options.width()];
    usedItem = new int[options.maxSessionLength()];
    signals = new SessionSignals(live.coVisits());
  }
}
