/**
 * The example of docs/clients.md as code that is compiled and run. May depend on the API alone, as
 * a user's backend does; one thread.
 */
@NullMarked
package dev.dolmen.traffic.example;

import org.jspecify.annotations.NullMarked;
