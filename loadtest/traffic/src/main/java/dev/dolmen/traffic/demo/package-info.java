/**
 * The demonstration: a shop's catalogue that a person can read, simulated visitors with tastes that
 * change, their traffic over gRPC, the live view, and what is shown at the end.
 *
 * <p>The visitors know nothing of the model and the view knows nothing of the visitors: recall is
 * what the server's progressive validation says. The visitor model is confined to the thread that
 * sends; gRPC's callbacks hand recommendations to sessions through a volatile field.
 */
@NullMarked
package dev.dolmen.traffic.demo;

import org.jspecify.annotations.NullMarked;
