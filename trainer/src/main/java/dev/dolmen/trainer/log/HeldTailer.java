package dev.dolmen.trainer.log;

import java.util.concurrent.atomic.AtomicBoolean;

/** A tailer during whose life nothing is deleted that it may come to. */
final class HeldTailer implements LogTailer {
  private final LogTailer tailer;
  private final Runnable letGo;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * @param letGo to be run once, when it is closed
   */
  HeldTailer(LogTailer tailer, Runnable letGo) {
    this.tailer = tailer;
    this.letGo = letGo;
  }

  @Override
  public boolean next() {
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
    if (closed.compareAndSet(false, true)) {
      letGo.run();
    }
  }
}
