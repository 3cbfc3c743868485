package dev.dolmen.traffic.replay;

import dev.dolmen.server.data.InteractionProfile;
import dev.dolmen.server.data.TimeScale;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Cuts each file's time into slices of about equal length, so many that all files together have as
 * many as asked for, and no slice spans two files.
 */
final class SliceClock {
  private static final DateTimeFormatter MINUTES =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final InteractionProfile profile;
  private final int[] slices;

  SliceClock(InteractionProfile profile, int total) {
    this.profile = profile;
    double span = profile.parts().stream().mapToDouble(SliceClock::span).sum();
    slices = new int[profile.parts().size()];
    for (int part = 0; part < slices.length; part++) {
      double share = span > 0 ? span(profile.parts().get(part)) / span : 1;
      slices[part] = (int) Math.max(1, Math.round(share * total));
    }
  }

  private static double span(InteractionProfile.Part part) {
    return part.maxTime() - part.minTime();
  }

  /** Slice of an event within its file, from 0. */
  int slice(int part, double time) {
    InteractionProfile.Part figures = profile.parts().get(part);
    double span = span(figures);
    if (span <= 0) {
      return 0;
    }
    int slice = (int) ((time - figures.minTime()) / span * slices[part]);
    return Math.min(slices[part] - 1, slice);
  }

  /** When a slice begins: a date, or the running number. */
  String label(int part, int slice) {
    InteractionProfile.Part figures = profile.parts().get(part);
    double start = figures.minTime() + span(figures) * slice / slices[part];
    return profile.timeScale() == TimeScale.RUNNING_NUMBER
        ? String.format(Locale.ROOT, "%,.0f", start)
        : MINUTES.format(Instant.ofEpochMilli(profile.timeScale().toMillis(start)));
  }
}
