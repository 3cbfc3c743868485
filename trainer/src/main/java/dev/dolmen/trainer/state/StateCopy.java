package dev.dolmen.trainer.state;

import java.io.DataOutput;
import java.io.IOException;

/**
 * A part of the state as it was at one moment between two batches. Copying takes what can change
 * and shares what cannot, as the training thread waits for it; bytes are made when it is written.
 */
@FunctionalInterface
public interface StateCopy {
  /** Writes it. Any one thread. */
  void writeTo(DataOutput out) throws IOException;
}
