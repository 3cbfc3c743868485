package dev.dolmen.server.tls;

import java.util.List;

/** Files of TLS cannot be used; a line each says which setting, which file and why. */
public final class UnusableTlsException extends Exception {
  UnusableTlsException(List<String> problems) {
    super(String.join("\n", problems));
  }
}
