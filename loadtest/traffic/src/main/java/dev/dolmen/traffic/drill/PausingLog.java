package dev.dolmen.traffic.drill;

import dev.dolmen.trainer.log.FeedbackLog;
import dev.dolmen.trainer.log.ForwardingLog;
import dev.dolmen.trainer.log.LogAppend;
import dev.dolmen.trainer.log.LogTailer;
import java.util.Random;

/**
 * A feedback log on a disk that now and then takes its time: before it has taken a record, after
 * that and before anybody knows, while it reads, and while it deletes.
 */
final class PausingLog extends ForwardingLog {
  /**
   * Before a record is taken, and after: then it is logged and not acknowledged, as a kill likes
   * it.
   */
  private static final int APPENDS_A_PAUSE_BEFORE = 400;

  private static final int APPENDS_A_PAUSE_AFTER = 100;
  private static final int APPEND_PAUSE_MS = 400;
  private static final int READS_A_PAUSE = 2_000;
  private static final int READ_PAUSE_MS = 100;
  private static final int DELETE_PAUSE_MS = 300;

  private final Random random;

  /**
   * @param random draws pauses
   */
  PausingLog(FeedbackLog log, Random random) {
    super(log);
    this.random = random;
  }

  private void pause(int oneIn, int ms) {
    if (random.nextInt(oneIn) == 0) {
      try {
        Thread.sleep(1 + random.nextInt(ms));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public LogAppend begin(byte[] record) {
    pause(APPENDS_A_PAUSE_BEFORE, APPEND_PAUSE_MS);
    LogAppend append = super.begin(record);
    pause(APPENDS_A_PAUSE_AFTER, APPEND_PAUSE_MS);
    return append;
  }

  @Override
  public LogTailer tailer(long offset) {
    return new PausingTailer(super.tailer(offset));
  }

  @Override
  public LogTailer tailerOfLast(long records) {
    return new PausingTailer(super.tailerOfLast(records));
  }

  @Override
  public boolean deleteUpTo(long offset, long keepRecords, long keepBytes) {
    pause(1, DELETE_PAUSE_MS);
    return super.deleteUpTo(offset, keepRecords, keepBytes);
  }

  private final class PausingTailer implements LogTailer {
    private final LogTailer tailer;

    PausingTailer(LogTailer tailer) {
      this.tailer = tailer;
    }

    @Override
    public boolean next() {
      pause(READS_A_PAUSE, READ_PAUSE_MS);
      return tailer.next();
    }

    @Override
    public byte[] bytes() {
      return tailer.bytes();
    }

    @Override
    public int length() {
      return tailer.length();
    }

    @Override
    public long offset() {
      return tailer.offset();
    }

    @Override
    public void close() {
      tailer.close();
    }
  }
}
