package dev.dolmen.trainer.learn;

import dev.dolmen.model.data.TrainingBatch;
import dev.dolmen.trainer.session.SessionSteps;
import dev.dolmen.trainer.session.TokenWindow;
import java.util.Arrays;

/** Writes the tokens of a batch's sessions, one session after the other. One thread. */
final class BatchTokens implements TokenWindow.Receiver {
  private final BatchRecords records;
  private final TrainingBatch batch;

  /** Tokens written, those of the session that is not ended yet included. */
  int size;

  BatchTokens(BatchRecords records) {
    this.records = records;
    batch = records.batch;
  }

  /** Begins a batch. */
  void clear() {
    batch.sessions = 0;
    size = 0;
  }

  @Override
  public boolean knows(int item) {
    return records.knows(item);
  }

  @Override
  public boolean add(SessionSteps steps, int step, int gap) {
    int item = steps.item(step);
    if (!knows(item)) {
      return false;
    }
    if (batch.tokenItem.length == size) {
      grow();
    }
    batch.tokenItem[size] = records.item(item);
    batch.tokenType[size] = steps.type(step);
    batch.tokenGap[size] = gap;
    batch.tokenContext[size++] = records.context(steps.context(step));
    return true;
  }

  /** Ends the session that all tokens since the last end belong to. */
  void endSession() {
    batch.sessions++;
    if (batch.sessionStart.length <= batch.sessions) {
      batch.sessionStart = Arrays.copyOf(batch.sessionStart, 2 * batch.sessions + 1);
    }
    batch.sessionStart[batch.sessions] = size;
  }

  private void grow() {
    int room = 2 * size + 64;
    batch.tokenItem = Arrays.copyOf(batch.tokenItem, room);
    batch.tokenType = Arrays.copyOf(batch.tokenType, room);
    batch.tokenGap = Arrays.copyOf(batch.tokenGap, room);
    batch.tokenContext = Arrays.copyOf(batch.tokenContext, room);
  }
}
