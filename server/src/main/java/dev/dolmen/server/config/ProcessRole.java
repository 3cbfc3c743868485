package dev.dolmen.server.config;

/** What a process does. */
public enum ProcessRole {
  /** Everything: it learns and answers, alone. */
  ALL,
  /** Learns, or stands by to, and tells servers what it has learned. */
  TRAINER,
  /** Answers, and takes what callers send, with what a trainer has learned. */
  SERVER
}
