package dev.dolmen.deploy;

import java.nio.file.Path;

/** Where the files under test lie. */
final class DeployFolder {
  /** The repository's root; surefire says where the module is. */
  static final Path REPOSITORY =
      Path.of(System.getProperty("basedir", "")).toAbsolutePath().resolve("../..").normalize();

  static final Path DEPLOY = REPOSITORY.resolve("deploy");
  static final Path CONFIG = DEPLOY.resolve("config/dolmen.yaml");
  static final Path BASE = DEPLOY.resolve("kubernetes/base");
  static final Path CHART = DEPLOY.resolve("helm/dolmen");
  static final Path CLUSTER = DEPLOY.resolve("kubernetes/overlays/cluster");
  static final Path STANDALONE = DEPLOY.resolve("kubernetes/overlays/standalone");

  private DeployFolder() {}
}
