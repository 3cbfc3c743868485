package dev.dolmen.parameterstore.archive;

import java.io.IOException;

/** A snapshot in the store is not whole: an object is missing, or is not as it was put. */
public final class DamagedArchiveException extends IOException {
  /**
   * @param key of the object
   * @param problem what was found and what was expected
   */
  DamagedArchiveException(String key, String problem) {
    super(key + ": " + problem);
  }
}
