package dev.dolmen.trainer.log;

import java.io.Closeable;

/** Reads a log forward, one record after the other. One thread at a time. */
public interface LogTailer extends Closeable {
  /** Moves to the next record; false if there is none yet. */
  boolean next();

  /** The record's bytes from index 0; the array is longer, and reused by the next call. */
  byte[] bytes();

  /** Length of the record. */
  int length();

  /** Offset of the record. */
  long offset();

  @Override
  void close();
}
