package dev.dolmen.deploy;

import com.github.dockerjava.api.command.BuildImageCmd;
import com.github.dockerjava.api.command.BuildImageResultCallback;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.utility.DockerImageName;

/**
 * The image, built from deploy/Dockerfile and the sources as they lie here. The system properties
 * {@code image.build} and {@code image.base} replace the two public images that it starts from;
 * {@code image.built} names one that has been built already.
 */
final class DolmenImage {
  private static final String TAG = "dolmen-under-test:latest";

  private DolmenImage() {}

  /** Builds the image; takes minutes the first time, seconds when nothing changed. */
  static DockerImageName build() {
    String built = System.getProperty("image.built", "");
    if (!built.isEmpty()) {
      return DockerImageName.parse(built);
    }
    BuildImageCmd command =
        DockerClientFactory.lazyClient()
            .buildImageCmd()
            .withBaseDirectory(DeployFolder.REPOSITORY.toFile())
            .withDockerfile(DeployFolder.DEPLOY.resolve("Dockerfile").toFile())
            .withTags(Set.of(TAG));
    argument(command, "BUILD_IMAGE", "image.build");
    argument(command, "BASE_IMAGE", "image.base");
    command.exec(new BuildImageResultCallback()).awaitImageId(15, TimeUnit.MINUTES);
    return DockerImageName.parse(TAG);
  }

  private static void argument(BuildImageCmd command, String name, String property) {
    String value = System.getProperty(property, "");
    if (!value.isEmpty()) {
      command.withBuildArg(name, value);
    }
  }
}
