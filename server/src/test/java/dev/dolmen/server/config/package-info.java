/** Tests of the configuration. */
@NullMarked
package dev.dolmen.server.config;

import org.jspecify.annotations.NullMarked;
