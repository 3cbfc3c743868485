package dev.dolmen.traffic.drill.callers;

import dev.dolmen.traffic.drill.attack.Attack;

/**
 * One attack on a server of its own.
 *
 * @param name on the command line and in reports
 * @param about what is done, in a few words
 * @param entrance how callers come in
 * @param server lines of YAML for the section {@code server} besides what all have; may be empty
 * @param sections lines of YAML for other sections
 */
record CallersTrial(
    String name,
    String about,
    Entrance.Kind entrance,
    String server,
    String sections,
    Attack attack) {
  CallersTrial(String name, String about, Attack attack) {
    this(name, about, Entrance.Kind.OPEN, attack);
  }

  CallersTrial(String name, String about, Entrance.Kind entrance, Attack attack) {
    this(name, about, entrance, "", "", attack);
  }
}
