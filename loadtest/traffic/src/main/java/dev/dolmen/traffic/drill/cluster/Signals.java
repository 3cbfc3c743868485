package dev.dolmen.traffic.drill.cluster;

import java.io.IOException;

/** Signals that Java's processes do not have. */
final class Signals {
  private Signals() {}

  /** Stops a process where it is, as a machine that hangs does. */
  static void pause(long pid) throws IOException, InterruptedException {
    send(pid, "STOP");
  }

  /** Lets it go on. */
  static void goOn(long pid) throws IOException, InterruptedException {
    send(pid, "CONT");
  }

  private static void send(long pid, String signal) throws IOException, InterruptedException {
    int code = new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start().waitFor();
    if (code != 0) {
      throw new IOException("kill -" + signal + " " + pid + " ended with " + code);
    }
  }
}
