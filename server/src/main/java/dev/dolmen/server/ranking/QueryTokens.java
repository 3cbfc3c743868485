package dev.dolmen.server.ranking;

import dev.dolmen.model.data.FeatureBlock;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.data.SessionInput;
import dev.dolmen.parameterstore.feature.ColumnSpec;
import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.trainer.learn.RecordRows;
import dev.dolmen.trainer.session.SessionSteps;
import dev.dolmen.trainer.session.TokenWindow;
import java.util.List;

/**
 * The tokens of a request's session, or of several one after the other, as the model reads them.
 * Reused by one thread.
 */
final class QueryTokens implements TokenWindow.Receiver {
  private final LiveState live;
  private final int width;
  private final List<ColumnSpec> contextColumns;
  private final RecordRows contextRows;
  private float[] inlineVectors = new float[0];

  /** What the session encoder reads. */
  final SessionInput input;

  /** Items of the tokens: indexes in the catalogue, or {@code -1 - number} of inline items. */
  final int[] items;

  /** Steps of the session that the tokens are. */
  final int[] steps;

  int size;

  /**
   * @param sessions at most
   */
  QueryTokens(LiveState live, ModelOptions options, int sessions) {
    this.live = live;
    width = options.width();
    contextColumns = live.features().contextColumns();
    contextRows = new RecordRows(live.table(), live.schema().idSlot(), false);
    input = new SessionInput(new FeatureBlock(contextColumns.size()), contextRows.rows);
    items = new int[sessions * options.maxSessionLength()];
    steps = new int[sessions * options.maxSessionLength()];
  }

  /**
   * Forgets all tokens.
   *
   * @param room tokens that may come, of each session no more than the model reads
   * @param vectors of inline items, row-major [items, D]
   */
  void clear(int room, float[] vectors) {
    size = 0;
    inlineVectors = vectors;
    contextRows.clear(0);
    input.contexts.records = 0;
    input.begin(room, width);
  }

  /** Of inline items, row-major [items, D]. */
  float[] inlineVectors() {
    return inlineVectors;
  }

  @Override
  public boolean knows(int item) {
    return item < 0 || live.vectors().contains(item);
  }

  @Override
  public boolean add(SessionSteps steps, int step, int gap) {
    int item = steps.item(step);
    if (item < 0) {
      System.arraycopy(inlineVectors, (-1 - item) * width, input.itemVectors, size * width, width);
    } else if (!live.vectors().get(item, input.itemVectors, size * width)) {
      return false;
    }
    items[size] = item;
    this.steps[size] = step;
    input.type[size] = steps.type(step);
    input.gap[size] = gap;
    Features context = steps.context(step);
    input.context[size++] =
        context == null ? -1 : contextRows.append(context, contextColumns, input.contexts);
    return true;
  }

  /** Ends a session that has at least one token. */
  void endSession() {
    input.endSession(size);
  }

  /** Makes {@link #input} ready to be encoded, after the last session. */
  void end() {
    input.tokens = size;
    contextRows.gather();
  }
}
