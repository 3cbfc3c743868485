package dev.dolmen.trainer.log;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Addresses of brokers, as a configuration has them: {@code HOST:PORT}, separated by commas. */
public final class KafkaAddresses {
  private static final Pattern ADDRESS =
      Pattern.compile("([a-zA-Z0-9._-]+|\\[[0-9a-fA-F:.%]+]):([0-9]{1,5})");
  private static final int PORT_MAX = 65_535;
  private static final String EXPECTED = "expected HOST:PORT, or several separated by commas";

  private KafkaAddresses() {}

  /** What is wrong with how they are written; empty if nothing is. */
  public static String problem(String addresses) {
    if (addresses.isBlank()) {
      return "\"\", " + EXPECTED;
    }
    for (String address : addresses.split(",", -1)) {
      Matcher parts = ADDRESS.matcher(address.strip());
      if (!parts.matches()) {
        return "\"" + address.strip() + "\", " + EXPECTED;
      }
      int port = Integer.parseInt(parts.group(2));
      if (port < 1 || port > PORT_MAX) {
        return "\"" + address.strip() + "\", expected a port from 1 to " + PORT_MAX;
      }
    }
    return "";
  }

  /**
   * Asks for the addresses of all hosts; that may take as long as the system's resolver.
   *
   * @param addresses as {@link #problem} has nothing against them
   * @return hosts that have none now
   */
  public static List<String> unresolved(String addresses) {
    List<String> unknown = new ArrayList<>();
    for (String address : addresses.split(",", -1)) {
      Matcher parts = ADDRESS.matcher(address.strip());
      String host = parts.matches() ? parts.group(1) : address.strip();
      try {
        InetAddress.getAllByName(host);
      } catch (UnknownHostException e) {
        unknown.add(host);
      }
    }
    return unknown;
  }
}
