package dev.dolmen.parameterstore.admission;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Decides at each look-up of training whether a value without a row gets one. One thread, but for
 * {@link #counted}.
 */
public interface AdmissionFilter {
  /**
   * Sees {@code occurrences} more of a value that has no row.
   *
   * @param occurrences at least 1
   * @return 0 if it gets none yet, else the occurrences with which its row starts
   */
  int admit(long fid, int occurrences);

  /**
   * Occurrences that count towards a row, as far as they are remembered; -1 where none are counted.
   * Any thread, while the other one sees more: about, a value that is just being put away may be
   * missed.
   */
  int counted(long fid);

  /** Bytes of its state as it is now. */
  long memoryBytes();

  /** Hash of the whole state. */
  long stateHash();

  /** The state of now, for another thread to write: it does not change with this filter. */
  AdmissionFilter copy();

  /** Writes the whole state. */
  void writeTo(DataOutput out) throws IOException;

  /**
   * Replaces the state by one written before.
   *
   * @throws IOException if it was written by another kind of filter or with other settings
   */
  void readFrom(DataInput in) throws IOException;

  /**
   * Takes over, into a filter that has seen nothing, what fits of a state that was written by any
   * kind of filter with any settings; of the same ones everything.
   *
   * @throws IOException if it cannot be read
   */
  void carryFrom(DataInput in) throws IOException;
}
