package dev.dolmen.server.config;

import dev.dolmen.server.access.AccessOptions;

/** Reads who may do what. */
final class AccessReader {
  private AccessReader() {}

  static AccessOptions read(ConfigSection s) {
    return new AccessOptions(s.text("keys_file", ""));
  }
}
