package dev.dolmen.model.session;

import dev.dolmen.model.data.FeatureBlock;
import dev.dolmen.model.data.GatheredRows;
import dev.dolmen.model.data.SessionInput;
import dev.dolmen.model.data.TrainingBatch;
import org.jspecify.annotations.Nullable;

/**
 * Sessions one after the other, as the encoder reads them: a view of a training batch or of one
 * request, pointed elsewhere for each. Owned by one thread.
 */
public final class PackedSessions {

  private int[] lastTokens = new int[1];

  int sessions;
  int[] sessionStart = new int[1];
  float[] itemVectors = new float[0];

  /** Row in {@link #itemVectors} per token; null if token and row are the same. */
  int @Nullable [] item;

  int[] type = new int[0];
  int[] gap = new int[0];
  int[] context = new int[0];
  @Nullable FeatureBlock contexts;
  @Nullable GatheredRows rows;
  int predictions;
  int[] predictionToken = lastTokens;

  public PackedSessions() {}

  /** Points at a batch. */
  public void of(TrainingBatch batch, GatheredRows rows, float[] itemVectors) {
    sessions = batch.sessions;
    sessionStart = batch.sessionStart;
    this.itemVectors = itemVectors;
    item = batch.tokenItem;
    type = batch.tokenType;
    gap = batch.tokenGap;
    context = batch.tokenContext;
    contexts = batch.contexts;
    this.rows = rows;
    predictions = batch.queries();
    predictionToken = batch.predictionToken;
  }

  /** Points at sessions of which the last position predicts. */
  public void of(SessionInput input) {
    sessions = input.sessions;
    sessionStart = input.sessionStart;
    itemVectors = input.itemVectors;
    item = null;
    type = input.type;
    gap = input.gap;
    context = input.context;
    contexts = input.contexts;
    rows = input.contextRows;
    predictions = sessions;
    if (lastTokens.length < sessions) {
      lastTokens = new int[sessions];
    }
    for (int s = 0; s < sessions; s++) {
      lastTokens[s] = sessionStart[s + 1] - 1;
    }
    predictionToken = lastTokens;
  }

  /** T. */
  int tokens() {
    return sessionStart[sessions];
  }

  /** Session of a token, looked for from {@code near} on. */
  int sessionOf(int token, int near) {
    int s = token < sessionStart[near] ? 0 : near;
    while (sessionStart[s + 1] <= token) {
      s++;
    }
    return s;
  }

  /** Row of a token's item vector. */
  int itemRow(int token) {
    int[] rowOfToken = item;
    return rowOfToken == null ? token : rowOfToken[token];
  }
}
