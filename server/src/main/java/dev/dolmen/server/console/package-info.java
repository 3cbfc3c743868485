/**
 * The console: pages for a browser that call the services over HTTP and JSON, as any other client
 * does. They are files of this package, made of plain modules without a build: {@code files.txt}
 * names them, {@code pages/} has one for each page. May use {@code http}; its state is immutable.
 */
@NullMarked
package dev.dolmen.server.console;

import org.jspecify.annotations.NullMarked;
