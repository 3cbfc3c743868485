/**
 * What sends traffic to a server: the demonstration, replay of datasets, the load generator and the
 * drills, as subcommands of {@code dolmen} that the server's command line finds by {@link
 * java.util.ServiceLoader}.
 *
 * <p>May depend on the product's modules; of the product none depends on it. It talks to servers by
 * gRPC only.
 */
@NullMarked
package dev.dolmen.traffic;

import org.jspecify.annotations.NullMarked;
