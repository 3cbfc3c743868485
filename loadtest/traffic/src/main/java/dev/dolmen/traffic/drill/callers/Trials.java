package dev.dolmen.traffic.drill.callers;

import dev.dolmen.server.cli.terminal.TextTable;
import dev.dolmen.traffic.drill.attack.ControlFlood;
import dev.dolmen.traffic.drill.attack.EndlessHeaders;
import dev.dolmen.traffic.drill.attack.FuzzedMessages;
import dev.dolmen.traffic.drill.attack.GzipBombs;
import dev.dolmen.traffic.drill.attack.HalfFrames;
import dev.dolmen.traffic.drill.attack.HalfProbes;
import dev.dolmen.traffic.drill.attack.HeadersOnly;
import dev.dolmen.traffic.drill.attack.IdleStreams;
import dev.dolmen.traffic.drill.attack.InlineItems;
import dev.dolmen.traffic.drill.attack.InvalidKeys;
import dev.dolmen.traffic.drill.attack.LargeItems;
import dev.dolmen.traffic.drill.attack.LargestRequests;
import dev.dolmen.traffic.drill.attack.LongNames;
import dev.dolmen.traffic.drill.attack.ManyConnections;
import dev.dolmen.traffic.drill.attack.ManyImpressions;
import dev.dolmen.traffic.drill.attack.ManySnapshots;
import dev.dolmen.traffic.drill.attack.RapidResets;
import dev.dolmen.traffic.drill.attack.SlowReaders;
import dev.dolmen.traffic.drill.attack.UnknownFields;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** All trials, in the order in which they are played. */
final class Trials {
  private static final String SMALL_LOG =
      """
      log:
        segment_bytes: 4MiB
        max_bytes: 32MiB
      """;

  static final List<CallersTrial> ALL =
      List.of(
          new CallersTrial("nobody", "no attack, to compare with", run -> {}),
          new CallersTrial(
              "headers-only", "200 calls of which only headers come", new HeadersOnly()),
          new CallersTrial("half-probes", "half requests on the metrics port", new HalfProbes()),
          new CallersTrial(
              "deep-items",
              "70 KB of levels and words that 1,000 events name",
              new InlineItems(2, 70_000)),
          new CallersTrial(
              "huge-inline-items", "the same of 3.6 MB", new InlineItems(2, 3_600_000)),
          new CallersTrial("gzip-bombs", "200 open calls, each 4 KB of 4 MB", new GzipBombs()),
          new CallersTrial(
              "huge-items", "items of 3.8 MB for the catalog", new LargeItems(8, 7_500)),
          new CallersTrial(
              "large-items", "items of 90 KB for the catalog, without end", new LargeItems(4, 64)),
          new CallersTrial(
              "unknown-fields", "items with 3 MB in unknown fields", new UnknownFields()),
          new CallersTrial("long-names", "names that are too long, or no text", new LongNames()),
          new CallersTrial(
              "impressions",
              "recommendations of 1,000 items, with a small log",
              Entrance.Kind.OPEN,
              "",
              SMALL_LOG,
              new ManyImpressions()),
          new CallersTrial("rapid-resets", "calls cancelled as they are opened", new RapidResets()),
          new CallersTrial("control-flood", "pings and settings without end", new ControlFlood()),
          new CallersTrial("endless-headers", "headers that do not end", new EndlessHeaders()),
          new CallersTrial("largest-requests", "32 of the largest at once", new LargestRequests()),
          new CallersTrial(
              "slow-readers", "10,000 long answers that nobody reads", new SlowReaders()),
          new CallersTrial("idle-streams", "20,000 streams of events, unused", new IdleStreams()),
          new CallersTrial(
              "connections", "3,000 that only greet", new ManyConnections(3_000, true)),
          new CallersTrial(
              "silent-connections", "3,000 that say nothing", new ManyConnections(3_000, false)),
          new CallersTrial("half-frames", "500 connections with half a frame", new HalfFrames()),
          new CallersTrial(
              "silent-handshakes",
              "3,000 that begin no TLS",
              Entrance.Kind.TLS,
              new ManyConnections(3_000, false)),
          new CallersTrial(
              "invalid-keys", "keys that nobody has", Entrance.Kind.KEYS, new InvalidKeys()),
          new CallersTrial(
              "quota",
              "32 callers of one key with a small quota",
              Entrance.Kind.KEYS,
              new LargestRequests()),
          new CallersTrial("snapshots", "snapshots without end", new ManySnapshots()),
          new CallersTrial("fuzzed-messages", "bytes that are no requests", new FuzzedMessages()));

  private Trials() {}

  static Optional<CallersTrial> named(String name) {
    return ALL.stream().filter(trial -> trial.name().equals(name)).findFirst();
  }

  static TextTable table() {
    TextTable table = new TextTable("trial", "what callers do");
    ALL.forEach(trial -> table.row(trial.name(), trial.about()));
    return table;
  }

  static String names() {
    return ALL.stream().map(CallersTrial::name).collect(Collectors.joining(", "));
  }
}
