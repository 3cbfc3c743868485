/**
 * For who calls a server from Java: {@link dev.dolmen.client.DolmenClient} asks for recommendations
 * with deadlines and retries, {@link dev.dolmen.client.FeedbackPublisher} sends what visitors do
 * without keeping them waiting. Depends on the definitions and gRPC alone. One thread of its own
 * sends feedback; everything else may be used by any thread.
 */
@NullMarked
package dev.dolmen.client;

import org.jspecify.annotations.NullMarked;
